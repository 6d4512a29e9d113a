/// What an agent that comes back says it runs, taken over into the books.
#pragma once

#include "master/agent_report.hpp"
#include "master/turn.hpp"

#include <set>
#include <utility>
#include <vector>

namespace troupe::master {

using task_names = std::vector<std::pair<framework_id, task_id>>;

/// One re-registration on its way into the books: first what has gone, then what is new to them.
struct arrival {
  turn& t;
  agent_entry& agent;
  const agent_report& report;
  bool was_known;    ///< registered all along, only its link was broken
  bool was_expected; ///< in the registry as admitted when this master began to lead
  std::set<framework_id> to_shut_down; ///< frameworks whose remains the agent must end
  bool grown = false;                  ///< something that uses resources was added

  /// Finds what the agent runs in vain: of frameworks that are gone or unknown, or declared lost
  /// when the link broke. The agent will end it without a word, so the frameworks that are still
  /// there hear from the master how their other tasks on the agent ended.
  void decide_shutdowns();
  /// Executors in the books that the agent no longer has.
  void drop_missing_executors();
  /// Tasks in the books that should run but that the agent did not name: it has to explain them.
  task_names unexplained_tasks() const;
  /// Tasks that have ended and that the agent has forgotten: it has nothing more to say, so the
  /// framework is told once more and they are completed.
  void complete_forgotten_tasks();
  /// Enters what the agent runs and the books do not have.
  void take_new();

 private:
  task_names unnamed_tasks() const;
  bool is_known(const reported_executor& told) const;
  bool is_known(const reported_task& told) const;
  /// `known` tells whether the books have what the agent runs.
  template <class Known>
  bool is_in_vain(const framework_id& owner, Known known) const;
  void tell_end(const framework_id& owner, const task_id& id);
  /// As it is entered.
  packed_task packed(const mesos::v1::Task& told) const;
  void take(const reported_executor& told);
  void take(const reported_task& told);
};

} // namespace troupe::master
