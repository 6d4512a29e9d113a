/// The streams of status updates: one per task, kept until the scheduler has acknowledged each.
///
/// Of every stream only the oldest update (the head) is on its way; it is repeated after 10 s, then
/// after twice as long each time, up to 10 min, until its acknowledgement comes. While the agent
/// has no master the streams are paused; on resumption all heads are sent again.
#pragma once

#include "agent/keys.hpp"
#include "agent/moment.hpp"
#include "wire/fwd.hpp"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace troupe::agent {

/// An update to send now.
struct outgoing_update {
  task_key task;
  task_status_ptr status;
};

class update_streams {
 public:
  static constexpr std::chrono::nanoseconds first_retry = std::chrono::seconds{10};
  static constexpr std::chrono::nanoseconds last_retry = std::chrono::minutes{10};
  /// Acknowledged UUIDs that a stream remembers to know late duplicates.
  static constexpr std::size_t remembered = 128;

  enum class addition {
    accepted,     ///< new
    pending,      ///< a duplicate that still waits for its acknowledgement
    acknowledged, ///< a duplicate whose acknowledgement has come
    closed,       ///< the stream has had its terminal update already
  };

  /// What `add` would answer, without a change. `status.uuid` must be set.
  addition check(const task_key& task, const mesos::v1::TaskStatus& status) const;

  /// Appends to the stream of `task` (opening it). If the stream was empty, `*head` is set to the
  /// update to send, unless paused.
  addition add(const task_key& task, task_status_ptr status, steady_time now,
               std::optional<outgoing_update>* head);

  struct acknowledgement {
    task_status_ptr status;              ///< what was acknowledged; null: ignored
    std::optional<outgoing_update> next; ///< the new head, unless paused
    bool closed = false;                 ///< it was the terminal one; the stream is gone
  };
  /// The scheduler's acknowledgement; anything but the head's UUID is ignored.
  acknowledgement acknowledge(const task_key& task, const std::string& uuid, steady_time now);

  /// The agent lost its master.
  void pause();
  /// It is registered: every head, to be sent now.
  std::vector<outgoing_update> resume(steady_time now);

  /// Heads whose retry time has come.
  std::vector<outgoing_update> due(steady_time now);
  std::optional<steady_time> next_due() const;

  /// Forget without acknowledgement.
  void drop(const task_key& task);
  void drop(const framework_id& framework);

  /// The stream exists: something was never acknowledged, or no terminal update came yet.
  bool is_open(const task_key& task) const { return streams_.contains(task); }
  /// Updates that wait for acknowledgement.
  std::size_t pending(const task_key& task) const;
  /// The update on its way, if any.
  task_status_ptr head(const task_key& task) const;

  /// Rebuilds a stream from its checkpoint: all updates in order, and how many of them, from the
  /// first, are acknowledged. Nothing is sent before `resume`.
  void restore(const task_key& task, const std::vector<task_status_ptr>& updates,
               std::size_t acknowledged);

 private:
  struct stream {
    std::deque<task_status_ptr> pending;
    std::deque<std::string> acknowledged;
    bool terminal = false; ///< the terminal update is in `pending`
    std::chrono::nanoseconds delay{};
    std::optional<steady_time> retry;
  };

  outgoing_update send(const task_key& task, stream& s, steady_time now);
  void set_retry(const task_key& task, stream& s, std::optional<steady_time> at);
  static void remember(stream& s, const std::string& uuid);

  std::map<task_key, stream> streams_;
  std::set<std::pair<steady_time, task_key>> retries_;
  bool paused_ = true;
};

} // namespace troupe::agent
