/// All processes of the machine at one moment, and which container each belongs to.
#pragma once

#include "isolators/process.hpp"
#include "model/outcome.hpp"

#include <optional>
#include <unordered_map>
#include <vector>

namespace troupe::isolators {

/// What the processes of one container use together.
struct tree_usage {
  double user_seconds =
      0; ///< with those that ended and were waited for: never shrinks while init lives
  double system_seconds = 0;        ///< likewise
  std::uint64_t resident_bytes = 0; ///< shared pages count once a process
  std::uint32_t processes = 0;
  std::uint32_t threads = 0;

  friend bool operator==(const tree_usage&, const tree_usage&) = default;
};

/// A snapshot of `/proc`, taken in one pass of one read a process.
class process_tree {
 public:
  /// For tests and for `snapshot`: the processes as they were read.
  explicit process_tree(std::vector<process_stat> processes);

  [[nodiscard]] static outcome<process_tree> snapshot();

  std::size_t size() const noexcept { return processes_.size(); }
  const process_stat* find(pid_t pid) const;

  /// The process, everything below it, the members of every session and group that one of them leads, and
  /// everything below those. Also finds what is left of a tree whose root has gone. Zombies are left out.
  std::vector<pid_t> members(pid_t root) const;

  /// The usage of many trees at once; each process belongs to the nearest root above it, else to the root
  /// whose session it is in. One result a root, in the given order; all zero for a root that has gone.
  std::vector<tree_usage> usage(const std::vector<pid_t>& roots) const;

 private:
  std::vector<process_stat> processes_;
  std::unordered_map<pid_t, std::size_t> index_;
};

/// Kill a tree whose init no longer does it: stop what is found until nothing new appears, then kill, and
/// again until nothing is left. Returns why it gave up; nothing when all are gone. Blocks, but not for long.
/// A pid that belongs to another process by now is left alone: then nothing of the session was left.
[[nodiscard]] std::optional<failure> kill_tree(const process_identity& root);

} // namespace troupe::isolators
