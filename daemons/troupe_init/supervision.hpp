/// What init does for the rest of its life: reap, pass requested signals on, record the end.
#pragma once

#include <csignal>
#include <sys/types.h>

namespace troupe::init {

/// The signals that `supervise` waits for; to be blocked before the command is forked.
[[nodiscard]] sigset_t supervised_signals();

/// Until the command has ended and every process of the container with it. The raw wait status is written
/// to `status_path` as soon as it is known, before what is left of the container is killed.
/// Returns the status.
[[nodiscard]] int supervise(pid_t command, const char* status_path);

/// Write a raw wait status where the launcher finds it, complete or not at all.
void record_status(const char* path, int status);

/// Send a signal to every process below this one, whatever its session or group.
void signal_descendants(int number);

} // namespace troupe::init
