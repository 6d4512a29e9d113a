/// The agent's decisions, without actors, clocks or files: events in, effects out.
///
///   start ─▶ (recovering) ─▶ containers_recovered ─▶ (reconnecting) ─▶ recovered ─▶ registers with
///   masters
///
/// Reading order: `frameworks.cpp` (tasks come in), `executors.cpp` (executors come and go),
/// `executor_calls.cpp` (what they say), `task_updates.cpp` (how a task's state changes),
/// `kill.cpp`, `task_groups.cpp`, `master_records.cpp` (the conversation with the master),
/// `checkpointed_resources.cpp` (reservations and volumes), `recover_agent.cpp` (restart),
/// `state_view.cpp` (what `/state` shows).
///
/// Every public event returns the effects it has; the caller carries them out in order (see
/// `effects.hpp`) and calls `tick` when `next_deadline` has come. Same config, same events, same
/// effects.
#pragma once

#include "agent/agent_config.hpp"
#include "agent/books.hpp"
#include "agent/checkpoint_layout.hpp"
#include "agent/gc.hpp"
#include "agent/random_source.hpp"
#include "agent/recovery.hpp"
#include "agent/registration.hpp"
#include "agent/sandbox_keeper.hpp"
#include "agent/status_updates.hpp"
#include "protocol/checkpoint.hpp"

#include <mesos/v1/executor.pb.h>
#include <troupe/link.pb.h>

namespace troupe::agent {

enum class agent_phase {
  recovering,   ///< containers are being taken over; every call is answered 503
  reconnecting, ///< waits for executors; SUBSCRIBE is served
  recovered,    ///< at work
  terminating   ///< executors are being shut down, then the agent stops
};

class agent_core {
 public:
  explicit agent_core(agent_config config);
  agent_core(const agent_core&) = delete;
  agent_core& operator=(const agent_core&) = delete;

  /// First event: what the checkpointer found. Ends in `effect::take_over` or `effect::stop`.
  effects start(const checkpoint_files& files, moment now);
  /// The containerizer has taken over (or reported as ended) every container of `take_over`.
  effects containers_recovered(moment now);

  effects link_up(moment now);
  effects link_down(moment now);
  effects record_received(const link::ToAgent& record, moment now);

  /// SUBSCRIBE on a new stream. `built_in`: the endpoint is a built-in executor.
  effects executor_subscribes(request_id request, const mesos::v1::executor::Call& call,
                              endpoint_id endpoint, bool built_in, moment now);
  /// Any other call.
  effects executor_calls(request_id request, const mesos::v1::executor::Call& call, bool built_in,
                         moment now);
  /// The stream of an executor ended.
  effects endpoint_closed(endpoint_id endpoint, moment now);
  /// A built-in executor is gone without having reported its container's end: destroy it.
  effects command_executor_lost(const executor_key& key, moment now);

  effects container_started(const troupe::container_started& event, moment now);
  effects container_exited(const troupe::container_exited& event, moment now);

  /// Old runs found on disk: schedules those that are not in use for deletion.
  effects sandboxes_found(const std::vector<found_sandbox>& found, moment now);
  /// The file system of the work directory is used to this part (0 to 1).
  effects disk_usage(double used, moment now);

  effects leave_cluster(moment now);

  effects tick(moment now);
  /// When `tick` has something to do, if ever.
  std::optional<steady_time> next_deadline() const;

  agent_phase phase() const { return phase_; }
  bool registered() const { return registration_.registered(); }
  const agent_id& id() const { return id_; }
  const agent_counters& counters() const { return counters_; }
  const agent_config& config() const { return config_; }
  std::size_t sandboxes_scheduled() const { return gc_.size(); }
  /// Cached; rebuilt only for executors that changed.
  shared<agent_state_view> view();
  /// What only grows since the start, by metric name (`slave/tasks_finished`).
  std::map<std::string, double, std::less<>> counts() const;
  /// Numbers of the present moment, `counts` included, by metric name (`slave/tasks_running`).
  std::map<std::string, double, std::less<>> gauges(moment now) const;

 private:
  using status = mesos::v1::TaskStatus;

  // frameworks.cpp
  void run_task(const link::RunTask& record, moment now);
  framework_entry& admit_framework(const mesos::v1::FrameworkInfo& info);
  void update_framework(const mesos::v1::FrameworkInfo& info);
  void shut_framework_down(framework_id id, moment now);
  void remove_if_idle(framework_id id);
  framework_entry* find_framework(const framework_id& id);
  executor_entry* find_executor(const executor_key& key);
  executor_entry* executor_of(framework_entry& framework, const task_id& task);
  std::optional<std::string> refuse_task(framework_entry& framework,
                                         const mesos::v1::TaskInfo& task) const;

  // task_groups.cpp
  void run_task_group(const link::RunTaskGroup& record, moment now);
  /// Queues or delivers the tasks to the executor with `info`, starting it if need be.
  void launch(framework_entry& framework, executor_info_ptr info, bool command,
              std::vector<task_info_ptr> tasks, bool group, moment now);
  void deliver(executor_entry& executor, moment now);
  void refuse_launch(framework_entry& framework, const std::vector<task_info_ptr>& tasks,
                     const executor_id& executor, const verdict& why, moment now);
  /// The master counts on an executor that was not started: it must not book its resources.
  void report_missing_executor(const executor_key& key);
  /// Why tasks for an executor that the master takes for running (`starts` is false) are refused.
  std::optional<verdict> check_running(const executor_key& key, bool starts);

  // executors.cpp
  executor_entry& start_executor(framework_entry& framework, executor_info_ptr info, bool command,
                                 const mesos::v1::TaskInfo& first_task, moment now);
  void shut_executor_down(executor_entry& executor, moment now);
  void destroy_executor(executor_entry& executor, std::optional<verdict> why);
  void executor_ended(executor_entry& executor, const troupe::container_exited& event, moment now);
  /// Moves it to the completed ones when it has ended and all is acknowledged.
  void complete_if_done(executor_key key, moment now);
  void executor_deadline(executor_entry& executor, moment now);
  void set_deadline(executor_entry& executor, std::optional<steady_time> at);
  void resize(const executor_entry& executor);
  resources used_by(const executor_entry& executor) const;
  void unbind_endpoint(executor_entry& executor, const std::string& reason);

  // executor_calls.cpp
  void resubscribe(executor_entry& executor, const mesos::v1::executor::Call::Subscribe& call,
                   moment now);
  void executor_update(executor_entry& executor, status update, moment now);
  void answer(request_id request, int code, std::string text = {});
  void tell(const executor_entry& executor, mesos::v1::executor::Event event);
  void acknowledge_to(const executor_entry& executor, const task_id& task, const std::string& uuid);

  // task_updates.cpp
  status make_status(const task_id& task, mesos::v1::TaskState state, int reason,
                     std::string message, moment now);
  /// The agent's own view of a task: for update and reconciliation. `executor` may be null.
  void apply_update(const framework_id& framework, executor_entry* executor, status update,
                    moment now);
  void judge(executor_entry& executor, task_entry& task, const verdict& why, moment now);
  void forward(const outgoing_update& update);
  void acknowledged(const link::Acknowledge& record, moment now);
  void log_acknowledgement(executor_entry& executor, const task_key& key, const status& update);
  void count_terminal(mesos::v1::TaskState state);
  mesos::v1::TaskState for_framework(const framework_id& framework, mesos::v1::TaskState state);
  void complete_task(executor_entry& executor, const task_id& task);

  // kill.cpp
  void kill_task(const link::KillTask& record, moment now);
  void kill_queued(executor_entry& executor, const task_id& task, moment now);

  // master_records.cpp
  void registered_by(const link::Registered& record, moment now);
  void reconcile(const link::ReconcileTask& task, moment now);
  void send_registration();
  void send(link::ToMaster record, bool urgent = false);
  void begin_shutdown(bool unregister, moment now);
  void stop_if_empty();

  // checkpointed_resources.cpp
  void checkpoint_resources(const link::CheckpointResources& record);
  /// Durable before anything that comes after it: the list, and the volumes in it.
  void commit_resources(const resources& wanted);
  /// Why the agent cannot go on with the reservations and volumes of its former life.
  std::optional<std::string> restore_resources(const recovered_agent& found);
  /// Why a launch with these resources is refused: this agent has not all that they are made of.
  std::optional<verdict> check_resources(const resources& wanted) const;

  // recover_agent.cpp
  void restore(recovered_agent& found, moment now);
  void restore_executor(framework_entry& framework, recovered_executor& found, bool rebooted,
                        effect::take_over& take_over, moment now);
  void judge_recovered(executor_entry& executor, bool rebooted, moment now);
  void reconnected(moment now);

  // checkpoint helpers
  bool checkpoints(const framework_entry& framework) const;
  void write(const std::string& path, std::string bytes);
  void append(const std::string& path, std::string bytes);
  void remove(const std::string& path);
  std::string task_dir(const executor_entry& executor, const task_id& task) const;

  // state_view.cpp
  shared<agent_executor_view> view_of(executor_entry& executor) const;
  void touch(executor_entry& executor) {
    executor.view.reset();
    view_.reset();
  }

  template <class T>
  void emit(T effect) {
    out_.push_back(std::move(effect));
  }
  effects take() { return std::exchange(out_, {}); }

  agent_config config_;
  random_source random_;
  registration registration_;
  update_streams streams_;
  gc_schedule gc_;

  agent_phase phase_ = agent_phase::recovering;
  agent_id id_;
  agent_info_ptr info_;  ///< with the id, once there is one
  resources remembered_; ///< reservations made while it ran, and volumes: checkpointed
  resources total_;      ///< what the agent was started with, in these forms
  bool link_present_ = false;
  bool stopped_ = false;
  std::string master_hostname_;
  std::map<framework_id, framework_entry> frameworks_;
  std::deque<framework_entry> completed_frameworks_;
  /// Frameworks that the master has shut down here, to be named in re-registrations.
  std::deque<framework_info_ptr> removed_frameworks_;
  std::map<container_id, executor_key> containers_;
  std::map<endpoint_id, executor_key> endpoints_;
  std::set<std::pair<steady_time, executor_key>> deadlines_;
  std::optional<steady_time> reconnect_until_;
  std::optional<steady_time> next_disk_look_; ///< set from `start` on
  agent_counters counters_;
  moment started_;
  std::optional<double> recovery_seconds_;
  shared<agent_state_view> view_;
  effects out_;
};

} // namespace troupe::agent
