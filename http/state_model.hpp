/// A replica's picture of the master's state: it applies deltas and renders what readers ask, from fragments
/// that are rendered once per change of their entity. Pure.
///
/// Invariant: after delta n the model equals the master's state at n; sums (used, offered) follow from the
/// tasks, executors and offers it holds.
#pragma once

#include "http/roles_model.hpp"
#include "model/resources.hpp"
#include "protocol/state_delta.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::http {

/// A piece of an answer, shared with everyone who sends it.
using fragment = std::shared_ptr<const std::string>;

/// What is fixed for the life of the process.
struct state_model_config {
  std::map<std::string, std::string> flags; ///< as `/flags` shows them
  std::optional<std::string> cluster;
  std::optional<std::string> log_dir;
  std::optional<std::string> external_log_file;
  std::size_t max_completed_frameworks = 50;
  std::size_t max_completed_tasks = 1000;   ///< per framework
  std::size_t max_unreachable_tasks = 1000; ///< per framework
  std::optional<std::set<std::string>> roles{}; ///< those of `--roles`; nothing: all
};

/// The query of `/tasks`.
struct task_query {
  std::optional<std::string> framework;
  std::optional<std::string> task;
  std::optional<std::size_t> limit = 100; ///< nothing: all
  std::size_t offset = 0;
  bool ascending = false;
};

class state_model {
public:
  explicit state_model(state_model_config config) : config_(std::move(config)) {}

  /// Applies the next delta. False when one is missing: the replica needs a snapshot.
  [[nodiscard]] bool apply(const state_delta& delta);

  /// Forgets everything and starts from the snapshot.
  void reset(const state_snapshot& snapshot);

  /// Number of the last delta applied.
  std::uint64_t number() const { return number_; }

  /// The roles, and which of them readers see.
  const roles_model& roles() const { return roles_; }
  const std::optional<std::set<std::string>>& shown_roles() const { return config_.roles; }
  /// Null until something is planned.
  const shared<stored::Maintenance>& maintenance() const { return maintenance_; }
  /// Null until the first snapshot.
  const shared<master_view>& master() const { return master_; }

  /// Bodies of `/state`, `/frameworks`, `/slaves` and `/tasks`.
  std::vector<fragment> state();
  std::vector<fragment> frameworks(const std::optional<std::string>& only);
  std::vector<fragment> agents(const std::optional<std::string>& only);
  std::vector<fragment> tasks(const task_query& query);

private:
  struct task_entry {
    task_ptr task;
    fragment json;
    resources held; ///< empty when terminal
    double first_status = -1;
  };

  struct executor_entry {
    fragment json;
    resources held;
  };

  struct framework_entry {
    shared<framework_view> view;
    std::map<task_id, task_entry> tasks;
    std::deque<task_entry> completed;
    std::deque<task_entry> unreachable;
    std::map<std::pair<agent_id, executor_id>, executor_entry> executors;
    std::map<offer_id, fragment> offers;
    /// By agent: ranges of different agents (ports) must not be mixed before they are rendered.
    std::map<agent_id, resources> used;
    std::map<agent_id, resources> offered;
    fragment json; ///< null when something changed
  };

  struct agent_entry {
    shared<agent_view> view;
    resources used;
    resources offered;
    fragment json;      ///< the agent object of `/state`; null when something changed
    fragment json_full; ///< that of `/slaves`
  };

  struct offer_entry {
    framework_id framework;
    agent_id agent;
    resources offered;
  };

  void change(const state_change& change);
  void on(const delta::master_changed& x);
  void on(const delta::agent_changed& x);
  void on(const delta::agent_removed& x);
  void on(const delta::agent_recovered& x);
  void on(const delta::recovered_agent_removed& x);
  void on(const delta::framework_changed& x);
  void on(const delta::framework_completed& x);
  void on(const delta::task_changed& x);
  void on(const delta::task_completed& x);
  void on(const delta::task_unreachable& x);
  void on(const delta::executor_added& x);
  void on(const delta::executor_removed& x);
  void on(const delta::offer_added& x);
  void on(const delta::offer_removed& x);
  // Those of roles are in `roles_`.
  void on(const delta::quota_changed&) {}
  void on(const delta::weight_changed&) {}
  void on(const delta::maintenance_changed& x) { maintenance_ = x.plan; }

  framework_entry& framework_of(const framework_id& id);
  void forget_task(framework_entry& framework, const task_id& id);
  /// One of the two sums of a framework and an agent.
  using framework_sum = std::map<agent_id, resources> framework_entry::*;
  using agent_sum = resources agent_entry::*;
  void hold(framework_entry& framework, const agent_id& agent, const resources& held,
            framework_sum in_framework, agent_sum in_agent);
  void release(framework_entry& framework, const agent_id& agent, const resources& held,
               framework_sum in_framework, agent_sum in_agent);
  static task_entry make_entry(const task_ptr& task);
  static void keep(std::deque<task_entry>& ring, task_entry entry, std::size_t limit);

  const fragment& render(framework_entry& framework);
  const fragment& render(agent_entry& agent);
  const fragment& render_full(agent_entry& agent);
  fragment render_head();
  template <class Fragments>
  static void append_list(std::vector<fragment>& out, const Fragments& items);

  state_model_config config_;
  std::uint64_t number_ = 0;
  shared<master_view> master_;
  roles_model roles_;
  shared<stored::Maintenance> maintenance_;
  std::map<agent_id, agent_entry> agents_;
  std::map<agent_id, shared<recovered_agent_view>> recovered_agents_;
  std::map<framework_id, framework_entry> frameworks_;
  std::deque<framework_entry> completed_frameworks_;
  std::map<offer_id, offer_entry> offers_;
};

} // namespace troupe::http
