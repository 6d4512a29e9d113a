/// The checkers' own books, filled with what can be seen from outside: records on the links, events
/// and calls of frameworks, containers that start and end. Nothing here is asked of a daemon.
#pragma once

#include "dice.hpp"
#include "model/resources.hpp"
#include "runtime/clock.hpp"

#include <mesos/v1/mesos.pb.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace troupe::simulation {

/// Frameworks and agent machines by their place in the cast; ids change with every new life.
using framework_number = std::size_t;
using host_number = std::size_t;
/// Framework id and task id.
using task_name = std::pair<std::string, std::string>;

/// Nothing is given away twice: of each machine, what is offered and what tasks hold never exceeds
/// what there is, port by port.
class resource_book {
 public:
  void add_host(resources total) { hosts_.push_back({std::move(total), {}, {}, false}); }
  const resources& total_of(host_number host) const { return hosts_[host].total; }

  void offered(host_number host, framework_number to, const std::string& offer, resources items);
  void offer_gone(const std::string& offer);
  void offers_gone(framework_number framework);
  void all_offers_gone();

  /// The master has sent the task on its way.
  void task_sent(host_number host, const task_name& task, resources items);
  /// The master knows that it has ended.
  void task_over(const task_name& task);
  /// The agent's word on what it runs; what it does not name will never run there.
  void host_reported(host_number host, const std::set<task_name>& running);
  /// The agent was told to end the framework's tasks, which count no longer.
  void given_up(host_number host, const std::string& framework);

  /// Which machine was given away twice, and how.
  std::optional<std::string> broken_rule();

 private:
  struct offer {
    framework_number framework;
    resources items;
  };
  struct machine {
    resources total;
    std::map<std::string, offer> offers;
    std::map<task_name, resources> tasks;
    bool changed;
  };

  std::vector<machine> hosts_;
  std::map<std::string, host_number> offer_hosts_;
  std::map<task_name, host_number> task_hosts_;
};

/// A filter keeps away what was declined: same framework, agent and role, nothing that was not in
/// the declined offer.
class filter_book {
 public:
  struct place {
    framework_number framework;
    std::string agent;
    std::string role;
    auto operator<=>(const place&) const = default;
  };

  void declined(const place& where, resources items, duration until);
  void forget(framework_number framework);
  void forget_agent(const std::string& agent);
  void forget_all() { filters_.clear(); }

  std::optional<std::string> offered(const place& where, const resources& items, duration now);

 private:
  struct filter {
    resources items;
    duration until;
  };
  std::map<place, std::vector<filter>> filters_;
};

/// What is known of one task: what its framework was told, and what became of its container.
struct task_record {
  framework_number framework = 0;
  bool partition_aware = false;
  bool checkpointed = false;

  // The truth.
  bool launched = false;
  bool alive = false;             ///< its container exists
  std::optional<int> wait_status; ///< the container ended by itself or by a signal
  bool unknown_end = false;       ///< any end may be told
  bool kill_asked = false;
  bool given_up = false; ///< shut down with its framework: its end is told to nobody

  // What was said.
  std::set<std::string> uuids; ///< of updates heard
  int progress = 0;            ///< of the newest of them
  bool running_heard = false;
  std::optional<mesos::v1::TaskState> final_state; ///< by an update that needs acknowledgement
  std::optional<mesos::v1::TaskState> last_heard;
};

/// Each task runs at most once, its updates come in order, its end is told truly.
class task_book {
 public:
  void asked_for(const task_name& task, framework_number by, bool partition_aware,
                 bool checkpointed);
  void kill_asked(const task_name& task);
  /// An agent was told to end the framework: its tasks of this moment may end untold.
  void given_up(const std::string& framework);
  /// The framework was removed: nothing more is owed to it.
  void framework_removed(const std::string& framework);

  std::optional<std::string> heard(framework_number by, const std::string& framework,
                                   const mesos::v1::TaskStatus& status);
  std::optional<std::string> launched(const task_name& task);
  void ended(const task_name& task, std::optional<int> wait_status);
  void end_unknown(const task_name& task) { tasks_[task].unknown_end = true; }

  /// When all has calmed down: the first task whose story has no proper end.
  std::optional<std::string> unfinished() const;

  std::size_t asked() const { return tasks_.size(); }
  std::size_t ran() const { return ran_; }

 private:
  std::map<task_name, task_record> tasks_;
  std::set<std::string> removed_frameworks_;
  std::size_t ran_ = 0;
};

std::string to_text(const task_name& task);

} // namespace troupe::simulation
