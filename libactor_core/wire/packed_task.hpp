/// A task as the master keeps it and shows it to readers: the bytes of its message, a sixth of what the
/// message takes in memory, in two parts.
///
///   launched   what the task was launched with; all versions of the task share it
///   progress   its state, statuses and last status update; small, new with each update
#pragma once

#include "wire/fwd.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace mesos::v1 {
enum TaskState : int;
}

namespace troupe {

/// Immutable; copies share what they were launched with.
class packed_task {
 public:
  explicit packed_task(const mesos::v1::Task& task);

  /// The same task after an update; `progress` is what `unpack_progress` gave, changed.
  packed_task after(const mesos::v1::Task& progress) const;

  std::string_view task() const { return launched(0); }
  std::string_view framework() const { return launched(1); }
  std::string_view agent() const { return launched(2); }
  mesos::v1::TaskState state() const { return state_; }

  /// Versions of one launch have all but their progress in common, the resources for example.
  bool same_launch(const packed_task& other) const { return launched_ == other.launched_; }

  mesos::v1::Task unpack() const;
  /// The same into a message that may have been used before, whose memory is used again.
  void unpack_into(mesos::v1::Task& task) const;

  /// Only `state`, `statuses`, `status_update_state` and `status_update_uuid`.
  mesos::v1::Task unpack_progress() const;

 private:
  packed_task() = default;

  std::string_view launched(std::size_t part) const;

  /// Task id, framework id, agent id, and the message without these and without progress; before them,
  /// where each ends. One block, because there are as many as tasks.
  std::shared_ptr<const char[]> launched_;
  std::string progress_;
  mesos::v1::TaskState state_{};
};

} // namespace troupe
