/// What the launcher and `troupe-init` say to each other. Shared by a static binary without libstdc++'s
/// heavier parts and by the agent, so it includes nothing but fixed-width integers.
///
///   launcher ──description (sealed memory file, fd 3)──▶ troupe-init
///   launcher ──one byte `go` (pipe, fd 4)──────────────▶ troupe-init   closed without it: never mind
///   launcher ◀──one init_report (pipe, fd 5)──────────── troupe-init   closed without it: init was killed
///   launcher ──request_signal with a value────────────▶ troupe-init
///   launcher ◀──status file, then exit───────────────── troupe-init
///
/// The description is `description_header`, then records: `record_header`, `length` bytes, zero bytes up to
/// the next multiple of eight (at least one, so every text ends in NUL where it lies). Unknown tags are an
/// error: both sides are built together, and half understood isolation is worse than none.
#pragma once

#include <cstdint>

namespace troupe::init {

inline constexpr int description_fd = 3;
inline constexpr int go_fd = 4;
inline constexpr int report_fd = 5;

inline constexpr std::uint32_t description_magic = 0x31495254; // "TRI1"
inline constexpr char go_byte = 'g';

struct description_header {
  std::uint32_t magic;
  std::uint32_t size; ///< of the whole description in bytes, this header included
};

enum class tag : std::uint32_t {
  argument = 1,    ///< text, repeated: argv
  variable = 2,    ///< text "NAME=value", repeated: the whole environment of the command
  directory = 3,   ///< text: the command's working directory
  stdout_path = 4, ///< text: opened for appending, created if missing
  stderr_path = 5, ///< text: likewise; init's own complaints go there, too
  status_path = 6, ///< text: where the raw wait status is written when the command has ended
  credentials = 7, ///< `credentials`: absent = keep the launcher's
  group = 8,       ///< uint32, repeated: supplementary groups; used only with credentials
  rlimit = 9,      ///< `resource_limit`, repeated
  file_mask = 10,  ///< uint32: umask of the command
  executable = 11  ///< text: what is executed: a path if it has '/', else PATH is searched
};

struct record_header {
  tag kind;
  std::uint32_t length;
};

struct credentials {
  std::uint32_t uid;
  std::uint32_t gid;
};

struct resource_limit {
  std::int32_t resource; ///< RLIMIT_* of the kernel
  std::int32_t unused;
  std::uint64_t soft;
  std::uint64_t hard;
};

/// Records start at multiples of eight; at least one zero byte follows the content.
constexpr std::uint64_t padded(std::uint64_t length) {
  return (length + 8) & ~std::uint64_t{7};
}

/// The steps that can fail, in the order in which they are taken.
enum class step : std::uint32_t {
  read_description = 1,
  create_session,
  open_stdout,
  open_stderr,
  open_null,
  become_subreaper,
  create_pipe,
  fork_command,
  create_group,
  set_rlimit,
  set_groups,
  set_gid,
  set_uid,
  tie_to_parent,
  enter_directory,
  execute
};

constexpr const char* to_string(step x) {
  switch (x) {
  case step::read_description:
    return "read the launch description";
  case step::create_session:
    return "create a session";
  case step::open_stdout:
    return "open the stdout file";
  case step::open_stderr:
    return "open the stderr file";
  case step::open_null:
    return "open /dev/null";
  case step::become_subreaper:
    return "become the reaper of orphans";
  case step::create_pipe:
    return "create a pipe";
  case step::fork_command:
    return "fork the command";
  case step::create_group:
    return "create a process group";
  case step::set_rlimit:
    return "set a resource limit";
  case step::set_groups:
    return "set supplementary groups";
  case step::set_gid:
    return "switch the group";
  case step::set_uid:
    return "switch the user";
  case step::tie_to_parent:
    return "tie the command to its parent";
  case step::enter_directory:
    return "enter the working directory";
  case step::execute:
    return "execute";
  }
  return "take an unknown step";
}

enum class verdict : std::uint32_t { started = 1, failed = 2 };

/// Sent once; small enough that a pipe carries it whole.
struct report {
  verdict result;
  step where;         ///< of a failure
  std::int32_t error; ///< errno of a failure
  std::int32_t pid;   ///< of the command, once started
};

/// A queued real-time signal asks init for something; its value says what. A value of 1..64 is a signal to
/// deliver to every process of the container but init; `request_destroy` kills them all.
inline constexpr int request_signal = 42;
inline constexpr int request_destroy = 1000;

/// Wait statuses of a command that could not be started, as a shell would give them.
inline constexpr int exit_not_found = 127;
inline constexpr int exit_not_started = 126;

} // namespace troupe::init
