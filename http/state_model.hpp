/// A replica's picture of the master's state: it applies deltas and renders what readers ask. Each
/// entity is rendered once per change, into pages that answers share. Pure.
///
/// Invariant: after delta n the model equals the master's state at n; sums (used, offered, tasks by
/// state) follow from the tasks, executors and offers it holds.
#pragma once

#include "http/entity_pages.hpp"
#include "http/fragment_pages.hpp"
#include "http/maintenance_model.hpp"
#include "http/recent_changes.hpp"
#include "http/resource_sum.hpp"
#include "http/roles_model.hpp"
#include "http/shared_body.hpp"
#include "http/task_counts.hpp"
#include "http/v1_list.hpp"
#include "model/resources.hpp"
#include "protocol/state_delta.hpp"

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace mesos::v1::master {
enum Response_Type : int;
class Response_GetAgents_Agent;
class Response_GetFrameworks_Framework;
} // namespace mesos::v1::master

namespace troupe::http {

/// What is fixed for the life of the process.
struct state_model_config {
  std::map<std::string, std::string> flags; ///< as `/flags` shows them
  std::optional<std::string> cluster;
  std::optional<std::string> log_dir;
  std::optional<std::string> external_log_file;
  std::size_t max_completed_frameworks = 50;
  std::size_t max_completed_tasks = 1000;       ///< per framework
  std::size_t max_unreachable_tasks = 1000;     ///< per framework
  std::size_t max_recent_changes = 65'536;      ///< touched entities kept for `state_since`
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
      : config_(std::move(config))
      , recent_(config_.max_recent_changes) {}

  /// Hears of each change of a delta just before it is made.
  using watcher = std::function<void(const state_change&)>;

  /// Applies the next delta. False when one is missing: the replica needs a snapshot.
  [[nodiscard]] bool apply(const state_delta& delta, const watcher& before = nullptr);

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

  /// Renders what bodies of the v1 API in that encoding need, about `count` entities of it; until
  /// somebody asks there is none of that. True when nothing is left.
  bool prepare_v1(wire::media encoding, std::size_t count);

  /// Gives back what `prepare_v1` has made.
  void forget_v1(wire::media encoding);
  bool has_v1(wire::media encoding) const { return v1_of(encoding).wanted; }

  /// The answer to GET_STATE, GET_TASKS, GET_EXECUTORS, GET_FRAMEWORKS or GET_AGENTS, made once per
  /// state. `prepare_v1` must have said that all is ready.
  shared_body_ptr v1_response(mesos::v1::master::Response_Type what, wire::media encoding);

  /// The event with which a subscription to the operator API begins.
  shared_body_ptr v1_subscribed(wire::media encoding, double heartbeat_interval);

  /// What events tell; null when it is not there.
  const packed_task* find_task(const framework_id& framework, const task_id& task) const;
  const framework_view* find_framework(const framework_id& id) const;
  bool has_agent(const agent_id& id) const { return agents_.contains(id); }
  mesos::v1::master::Response_GetFrameworks_Framework v1_whole(const framework_id& id) const;
  mesos::v1::master::Response_GetAgents_Agent v1_whole(const agent_id& id) const;

 private:
  struct by_value {
    template <class Id>
    bool operator()(const Id* a, const Id* b) const {
      return *a < *b;
    }
  };
  /// How many of something by an id that is the key of an entry elsewhere: there are as many as pairs of
  /// frameworks and agents.
  template <class Id>
  using counts_by = std::map<const Id*, std::size_t, by_value>;

  struct task_entry {
    packed_task_ptr task;
    entity_pages::place shown;
    double first_status = -1;
    bool holds = false; ///< its resources count as used
  };

  /// Tasks that ended or are unreachable, oldest first.
  struct task_ring {
    explicit task_ring(int v1_field)
        : shown(v1_field) {}

    std::deque<task_entry> tasks;
    entity_pages shown;
  };

  struct executor_entry {
    executor_info_ptr info;
    entity_pages::place shown;
    resources held;
  };

  struct framework_entry {
    shared<framework_view> view;
    std::map<task_id, task_entry> tasks;
    entity_pages tasks_shown{v1_list::tasks};
    task_ring completed{v1_list::completed_tasks};
    task_ring unreachable{v1_list::unreachable_tasks};
    std::map<std::pair<agent_id, executor_id>, executor_entry> executors;
    entity_pages executors_shown{v1_list::executors};
    std::set<offer_id> offers;
    std::map<offer_id, inverse_offer_ptr> inverse_offers;
    entity_pages offers_shown{v1_list::offers};
    resource_sum used;
    resource_sum offered;
    task_counts counts;
    counts_by<agent_id> agents;        ///< tasks of whatever state by agent
    fragment head;                     ///< null when something in it changed
    std::array<shared_body_ptr, 2> v1; ///< by encoding; null when something in it changed
    fragment agents_json;              ///< the ids of `agents`
  };

  /// The forms of an agent: of `/state`, of `/slaves`, of `/state-summary`, and of the v1 API.
  enum agent_form : std::size_t { plain, full, brief, v1_json, v1_protobuf, forms };

  struct agent_entry {
    shared<agent_view> view;
    resources used;
    resources offered;
    std::array<fragment_pages::handle, forms> json{fragment_pages::none, fragment_pages::none,
                                                   fragment_pages::none, fragment_pages::none,
                                                   fragment_pages::none};
  };

  /// Tasks of registered frameworks on an agent, which may be gone.
  struct agent_tasks {
    task_counts counts;
    counts_by<framework_id> frameworks;
  };

  struct offer_entry {
    framework_id framework;
    agent_id agent;
    resources offered;
    offer_ptr offer;
    entity_pages::place shown;
  };

  /// How far the entities are there in an encoding of the v1 API.
  struct v1_progress {
    bool wanted = false;    ///< from now on what changes is rendered in it, too
    bool ready = false;     ///< all is rendered
    framework_id framework; ///< up to this task of this framework
    task_id task;
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
  void on(const delta::inverse_offer_added& x);
  void on(const delta::inverse_offer_removed& x);
  void touch(const agent_id& id, std::initializer_list<agent_form> which = {plain, full, brief});
  void stale_for_v1(const agent_id& id);
  // Those of roles are in `roles_`, the others of maintenance in `maintenance_`.
  void on(const delta::quota_changed&) {}
  void on(const delta::weight_changed&) {}
  void on(const delta::maintenance_changed&) {}
  void on(const delta::inverse_answers_changed&) {}

  // state_books.cpp: tasks and sums
  framework_entry& framework_of(const framework_id& id);
  void put_task(framework_entry& framework, const packed_task_ptr& task);
  void show(entity_pages& pages, task_entry& entry);
  resources held_by(const packed_task& task);
  /// Valid until the next call.
  const mesos::v1::Task& unpacked(const packed_task& task);
  void forget_task(framework_entry& framework, const task_id& id);
  void forget_unreachable(framework_entry& framework, const task_id& id);
  void keep(framework_entry& framework, task_ring& ring, const packed_task_ptr& task,
            std::size_t limit);
  void hold_task(framework_entry& framework, task_entry& entry);
  void release_task(framework_entry& framework, task_entry& entry);
  const framework_id& owner_of(const packed_task& task) const;
  void count(framework_entry& framework, const packed_task& task);
  void uncount(framework_entry& framework, const packed_task& task);
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
  void refresh(agent_entry& agent, agent_form form);
  fragment_pages& agent_pages(agent_form form);
  std::string render_head() const;
  std::string render_recovered() const;
  std::string render_brief(framework_entry& framework) const;
  void append_framework_lists(body_builder& out, const std::optional<std::string>& only);
  template <class Make>
  shared_body_ptr once(body_kind kind, Make make);

  // state_v1.cpp
  bool is_wanted(wire::media encoding) const { return v1_of(encoding).wanted; }
  const v1_progress& v1_of(wire::media encoding) const;
  v1_progress& v1_of(wire::media encoding);
  static agent_form agent_form_of(wire::media encoding);
  bool render_agents(wire::media encoding, std::size_t& left);
  bool render_tasks(wire::media encoding, std::size_t& left);
  bool render_offers(wire::media encoding, std::size_t& left);
  void render_rest(const framework_id& id, framework_entry& framework, wire::media encoding,
                   std::size_t& left);

  // state_v1_bodies.cpp
  shared_body_ptr v1_member(int what, wire::media encoding);
  shared_body_ptr v1_tasks(wire::media encoding);
  shared_body_ptr v1_executors(wire::media encoding);
  shared_body_ptr v1_frameworks(wire::media encoding);
  shared_body_ptr v1_agents(wire::media encoding);
  shared_body_ptr v1_state(wire::media encoding);
  const shared_body_ptr& v1_text(framework_entry& framework, wire::media encoding);

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
  std::array<fragment_pages, forms> agents_json_{
      fragment_pages(), fragment_pages(), fragment_pages(), fragment_pages(), fragment_pages("")};
  std::array<std::set<agent_id>, forms> stale_; ///< agents whose text is not that of their entry
  std::map<agent_id, agent_tasks> tasks_on_;    ///< as long as there are some
  std::map<agent_id, shared<recovered_agent_view>> recovered_agents_;
  std::map<framework_id, framework_entry> frameworks_;
  std::deque<framework_entry> completed_frameworks_;
  std::map<offer_id, offer_entry> offers_;
  std::array<shared_body_ptr, kinds> bodies_;   ///< of this state, as far as somebody asked
  std::array<v1_progress, 2> v1_;               ///< by encoding
  std::array<shared_body_ptr, 2> recovered_v1_; ///< null when one has come or gone
  /// Of this state, as far as somebody asked, by encoding and type.
  std::map<std::pair<wire::media, int>, shared_body_ptr> v1_bodies_;
  recent_changes recent_;
  std::shared_ptr<mesos::v1::Task> unpacked_; ///< the last one, for its memory; null: none yet
};

} // namespace troupe::http
