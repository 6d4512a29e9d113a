/// One process and how to be sure that it is still the same one.
#pragma once

#include "isolators/file_descriptor.hpp"
#include "model/outcome.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace troupe::isolators {

/// A line of `/proc/<pid>/stat`, the parts that matter. Times are in clock ticks, see `ticks_per_second`.
struct process_stat {
  pid_t pid = 0;
  char state = '?';
  pid_t parent = 0;
  pid_t group = 0;
  pid_t session = 0;
  std::uint64_t user_ticks = 0;   ///< with those of children that were waited for
  std::uint64_t system_ticks = 0; ///< likewise
  std::uint32_t threads = 0;
  std::uint64_t start_time = 0; ///< ticks since boot: with the pid, unique until the next boot
  std::uint64_t resident_bytes = 0;

  bool gone() const noexcept { return state == 'Z' || state == 'X'; }
};

/// Read the text of a stat file; nothing when it makes no sense. Names may contain blanks and brackets.
[[nodiscard]] std::optional<process_stat> parse_stat(std::string_view text);

/// Nothing when there is no such process (any more).
[[nodiscard]] std::optional<process_stat> read_stat(pid_t pid);

[[nodiscard]] std::uint64_t ticks_per_second();

/// Who a process is, across restarts of the agent and of the machine.
struct process_identity {
  pid_t pid = 0;
  std::uint64_t start_time = 0;
  std::string boot;

  friend bool operator==(const process_identity&, const process_identity&) = default;
};

/// The kernel's random id of this boot.
[[nodiscard]] outcome<std::string> boot_id();

/// The form of the `pid` file: pid, start time, boot id.
[[nodiscard]] std::string to_text(const process_identity& identity);
[[nodiscard]] std::optional<process_identity> parse_identity(std::string_view text);

/// A handle to exactly this process: empty when it has ended or its pid belongs to another one.
[[nodiscard]] outcome<file_descriptor> open_process(const process_identity& identity);

/// A handle of a child that has not been waited for.
[[nodiscard]] outcome<file_descriptor> open_child(pid_t pid);

/// True once the process has ended, zombie or gone. Never blocks.
[[nodiscard]] bool has_ended(const file_descriptor& process);

/// Take the raw wait status of a child that has ended; nothing while it runs or when it is nobody's child
/// of ours. Never blocks.
std::optional<int> reap(const file_descriptor& process);

} // namespace troupe::isolators
