/// The command: forked by init, made what the description says, and replaced by the executable.
#pragma once

#include "daemons/troupe_init/description.hpp"

#include <sys/types.h>

namespace troupe::init {

struct command_start {
  pid_t pid = -1; ///< -1: nothing runs
  step where = step::execute;
  int error = 0; ///< 0: the executable was started for certain
};

/// Fork and execute. Returns only when the executable has replaced the child, or when a step failed.
[[nodiscard]] command_start start_command(const description& what);

} // namespace troupe::init
