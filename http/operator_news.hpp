/// What the operator API's events tell of a delta. Pure.
///
///   change            | not there before  | there before
///   ------------------+-------------------+----------------------------------------------
///   task changed      | TASK_ADDED        | TASK_UPDATED when its state or newest status tells something new
///   task ended        |                   | the same
///   agent changed     | AGENT_ADDED       |
///   agent removed     |                   | AGENT_REMOVED
///   framework changed | FRAMEWORK_ADDED   | FRAMEWORK_UPDATED
///   framework ended   |                   | FRAMEWORK_REMOVED
///
/// Whoever has the state before the delta and folds the events in has the tasks, agents and frameworks
/// of the state after it.
#pragma once

#include "http/state_model.hpp"

#include <mesos/v1/master.pb.h>

#include <vector>

namespace troupe::http {

/// Of one delta: hears each change while `model` is as it was before it.
class operator_news {
 public:
  explicit operator_news(const state_model& model)
      : model_(model) {}

  void before(const state_change& change);

  /// After the last change: the events in order.
  std::vector<mesos::v1::master::Event> events();

 private:
  struct entry {
    mesos::v1::master::Event event;
    agent_id agent;         ///< shown as it is after the delta
    framework_id framework; ///< likewise
  };

  void on(const delta::agent_changed& x);
  void on(const delta::agent_removed& x);
  void on(const delta::framework_changed& x);
  void on(const delta::framework_completed& x);
  void on(const delta::task_changed& x);
  void on(const delta::task_completed& x) { changed(x.task); }
  void on(const delta::task_unreachable& x) { changed(x.task); }
  template <class Other>
  void on(const Other&) {}

  const packed_task* known(const packed_task& task) const;
  void changed(const packed_task_ptr& task);
  entry& add(mesos::v1::master::Event::Type type);

  const state_model& model_;
  std::vector<entry> entries_;
};

} // namespace troupe::http
