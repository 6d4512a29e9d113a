/// A replica's picture of the master's state: it applies deltas and renders what readers ask. Each
/// entity is rendered once per change, into pages that answers share. Pure.
///
/// Invariant: after delta n the model equals the master's state at n; sums (used, offered, tasks by
/// state) follow from the tasks, executors and offers it holds.
#pragma once

#include "http/fragment_pages.hpp"
#include "http/maintenance_model.hpp"
#include "http/recent_changes.hpp"
#include "http/resource_sum.hpp"
#include "http/roles_model.hpp"
#include "http/shared_body.hpp"
#include "http/task_counts.hpp"
#include "model/resources.hpp"
#include "protocol/state_delta.hpp"

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace troupe::http {

/// What is fixed for the life of the process.
struct state_model_config {
  std::map<std::string, std::string> flags; ///< as `/flags` shows them
  std::optional<std::string> cluster;
  std::optional<std::string> log_dir;
  std::optional<std::string> external_log_file;
  std::size_t max_completed_frameworks = 50;
  std::size_t max_completed_tasks = 1000;   ///< per framework
  std::size_t max_unreachable_tasks = 1000; ///< per framework
  std::size_t max_recent_changes = 65'536;  ///< touched entities kept for `state_since`
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
  explicit state_model(state_model_config config)
    : config_(std::move(config)), recent_(config_.max_recent_changes) {}

  /// Applies the next delta. False when one is missing: the replica needs a snapshot.
  [[nodiscard]] bool apply(const state_delta& delta);

  /// Forgets everything and starts from the snapshot.
  void reset(const state_snapshot& snapshot);

  /// Number of the last delta applied.
  std::uint64_t number() const { return number_; }

  /// The roles, and which of them readers see.
  const roles_model& roles() const { return roles_; }
  const std::optional<std::set<std::string>>& shown_roles() const { return config_.roles; }
  const maintenance_model& maintenance() const { return maintenance_; }
  /// Null until the first snapshot.
  const shared<master_view>& master() const { return master_; }

  /// Names this state among all states of all masters: `<number>-<begin of the master's id>`.
  std::string tag() const;

  /// Bodies of `/state`, `/state-summary`, `/frameworks`, `/slaves` and `/tasks`. Those without a
  /// choice are made once per state.
  shared_body_ptr state();
  shared_body_ptr summary();
  shared_body_ptr frameworks(const std::optional<std::string>& only);
  shared_body_ptr agents(const std::optional<std::string>& only);
  shared_body_ptr tasks(const task_query& query);

  /// `/state` with what changed after the state that `tag` names, or nothing when that is unknown
  /// or too long ago. Takes a bare number, too.
  shared_body_ptr state_since(const std::string& tag);

private:
  struct task_entry {
    task_ptr task;
    fragment_pages::handle json = fragment_pages::none;
    double first_status = -1;
    bool holds = false; ///< its resources count as used
  };

  /// Tasks that ended or are unreachable, oldest first.
  struct task_ring {
    std::deque<task_entry> tasks;
    fragment_pages json;
  };

  struct executor_entry {
    fragment_pages::handle json = fragment_pages::none;
    resources held;
  };

  struct framework_entry {
    shared<framework_view> view;
    std::map<task_id, task_entry> tasks;
    fragment_pages tasks_json;
    task_ring completed;
    task_ring unreachable;
    std::map<std::pair<agent_id, executor_id>, executor_entry> executors;
    fragment_pages executors_json;
    std::map<offer_id, fragment_pages::handle> offers;
    fragment_pages offers_json;
    resource_sum used;
    resource_sum offered;
    task_counts counts;
    std::map<agent_id, std::size_t> agents; ///< tasks of whatever state by agent
    fragment head;                          ///< null when something in it changed
    fragment agents_json;                   ///< the ids of `agents`
  };

  /// The three forms of an agent: of `/state`, of `/slaves` and of `/state-summary`.
  enum agent_form : std::size_t { plain, full, brief, forms };

  struct agent_entry {
    shared<agent_view> view;
    resources used;
    resources offered;
    std::array<fragment_pages::handle, forms> json{fragment_pages::none, fragment_pages::none,
                                                   fragment_pages::none};
  };

  /// Tasks of registered frameworks on an agent, which may be gone.
  struct agent_tasks {
    task_counts counts;
    std::map<framework_id, std::size_t> frameworks;
  };

  struct offer_entry {
    framework_id framework;
    agent_id agent;
    resources offered;
  };

  enum body_kind : std::size_t { whole_state, whole_summary, all_frameworks, all_agents, kinds };

  // state_model.cpp: deltas
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
  void touch(const agent_id& id, std::initializer_list<agent_form> which = {plain, full, brief});
  // Those of roles are in `roles_`, those of maintenance in `maintenance_`.
  void on(const delta::quota_changed&) {}
  void on(const delta::weight_changed&) {}
  void on(const delta::maintenance_changed&) {}
  void on(const delta::inverse_offer_added&) {}
  void on(const delta::inverse_offer_removed&) {}
  void on(const delta::inverse_answers_changed&) {}

  // state_books.cpp: tasks and sums
  framework_entry& framework_of(const framework_id& id);
  void put_task(framework_entry& framework, const task_ptr& task);
  void forget_task(framework_entry& framework, const task_id& id);
  void forget_unreachable(framework_entry& framework, const task_id& id);
  void keep(framework_entry& framework, task_ring& ring, const task_ptr& task, std::size_t limit);
  void hold_task(framework_entry& framework, task_entry& entry);
  void release_task(framework_entry& framework, task_entry& entry);
  void count(framework_entry& framework, const mesos::v1::Task& task);
  void uncount(framework_entry& framework, const mesos::v1::Task& task);
  /// One of the two sums of a framework and an agent.
  using framework_sum = resource_sum framework_entry::*;
  using agent_sum = resources agent_entry::*;
  void hold(framework_entry& framework, const agent_id& agent, const resources& held,
            framework_sum in_framework, agent_sum in_agent);
  void release(framework_entry& framework, const agent_id& agent, const resources& held,
               framework_sum in_framework, agent_sum in_agent);

  // state_render.cpp
  static const fragment& head_of(framework_entry& framework);
  static void append_framework(body_builder& out, framework_entry& framework);
  std::string render(const agent_entry& agent, agent_form form) const;
  fragment_pages& agent_pages(agent_form form);
  std::string render_head() const;
  std::string render_recovered() const;
  std::string render_brief(framework_entry& framework) const;
  void append_framework_lists(body_builder& out, const std::optional<std::string>& only);
  template <class Make>
  shared_body_ptr once(body_kind kind, Make make);

  // state_since.cpp
  void append_changed(body_builder& out, framework_entry& framework,
                      const changed_entities& changed) const;

  state_model_config config_;
  std::uint64_t number_ = 0;
  shared<master_view> master_;
  roles_model roles_;
  maintenance_model maintenance_;
  std::map<agent_id, agent_entry> agents_;
  std::size_t active_agents_ = 0;
  std::array<fragment_pages, forms> agents_json_;
  std::array<std::set<agent_id>, forms> stale_; ///< agents whose text is not that of their entry
  std::map<agent_id, agent_tasks> tasks_on_;
  std::map<agent_id, shared<recovered_agent_view>> recovered_agents_;
  std::map<framework_id, framework_entry> frameworks_;
  std::deque<framework_entry> completed_frameworks_;
  std::map<offer_id, offer_entry> offers_;
  std::array<shared_body_ptr, kinds> bodies_; ///< of this state, as far as somebody asked
  recent_changes recent_;
};

} // namespace troupe::http
