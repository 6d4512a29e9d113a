/// A core with hands: drives it through start and registration, and sorts its effects.
#pragma once

#include "agent/agent_core.hpp"
#include "wire/resource_convert.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <string>
#include <vector>

namespace troupe::agent::test {

namespace v1 = mesos::v1;
using namespace std::chrono_literals;

inline v1::Resource scalar(const std::string& name, double amount) {
  v1::Resource out;
  out.set_name(name);
  out.set_type(v1::Value::SCALAR);
  out.mutable_scalar()->set_value(amount);
  out.mutable_allocation_info()->set_role("*");
  return out;
}

inline agent_config make_config() {
  agent_config config;
  v1::AgentInfo info;
  info.set_hostname("host1");
  info.set_port(5051);
  for (const auto& [name, amount] : std::map<std::string, double>{{"cpus", 8}, {"mem", 8192}}) {
    auto& item = *info.add_resources();
    item = scalar(name, amount);
    item.clear_allocation_info();
  }
  config.total = *wire::from_proto(info.resources());
  config.info = std::make_shared<v1::AgentInfo>(info);
  config.work_dir = "/var/lib/agent";
  config.boot_id = "boot-1";
  return config;
}

inline v1::FrameworkInfo make_framework(bool checkpoint = true, bool partition_aware = false) {
  v1::FrameworkInfo out;
  out.set_user("user");
  out.set_name("framework");
  out.mutable_id()->set_value("F1");
  out.set_checkpoint(checkpoint);
  if (partition_aware)
    out.add_capabilities()->set_type(v1::FrameworkInfo::Capability::PARTITION_AWARE);
  return out;
}

inline v1::TaskInfo command_task_info(const std::string& id,
                                      const std::string& command = "sleep 100") {
  v1::TaskInfo out;
  out.set_name("name-" + id);
  out.mutable_task_id()->set_value(id);
  out.mutable_agent_id()->set_value("A1");
  *out.add_resources() = scalar("cpus", 1);
  *out.add_resources() = scalar("mem", 64);
  out.mutable_command()->set_value(command);
  return out;
}

inline v1::TaskInfo custom_task_info(const std::string& id, const std::string& executor = "ex") {
  auto out = command_task_info(id);
  out.clear_command();
  auto& info = *out.mutable_executor();
  info.set_type(v1::ExecutorInfo::CUSTOM);
  info.mutable_executor_id()->set_value(executor);
  info.mutable_framework_id()->set_value("F1");
  info.mutable_command()->set_value("./executor");
  *info.add_resources() = scalar("cpus", 0.1);
  *info.add_resources() = scalar("mem", 32);
  return out;
}

class core_fixture {
 public:
  explicit core_fixture(agent_config config = make_config())
      : core(std::move(config)) {}

  agent_core core;
  moment now{steady_time{1h}, wall_time{std::chrono::hours{24 * 365 * 50}}};
  effects all;                              ///< everything since `forget`
  std::map<std::string, std::string> files; ///< what is on the simulated disk

  effects& did(effects batch) {
    for (auto& effect : batch) {
      apply_file(effect);
      all.push_back(effect);
    }
    last = std::move(batch);
    return last;
  }
  effects last;

  void pass(std::chrono::nanoseconds span) {
    const auto until = now.steady + span;
    for (auto next = core.next_deadline(); next && *next <= until; next = core.next_deadline()) {
      move_to(std::max(*next, now.steady));
      did(core.tick(now));
    }
    move_to(until);
  }
  void forget() { all.clear(); }

  void start(const checkpoint_files& found = {}) {
    files = {found.begin(), found.end()};
    did(core.start(found, now));
    did(core.containers_recovered(now));
  }
  /// Started, linked, and registered as A1.
  void register_agent(std::vector<std::string> reconcile = {}) {
    did(core.link_up(now));
    pass(1s);
    link::ToAgent record;
    auto& registered = *record.mutable_registered();
    registered.mutable_agent_id()->set_value("A1");
    auto& master = *registered.mutable_master();
    master.set_id("M1");
    master.set_hostname("master1");
    master.set_ip(0);
    registered.set_ping_timeout_seconds(75);
    for (const auto& task : reconcile) {
      auto& item = *registered.add_reconcile();
      item.mutable_framework_id()->set_value("F1");
      item.mutable_task_id()->set_value(task);
    }
    receive(record);
  }

  void receive(const link::ToAgent& record) { did(core.record_received(record, now)); }
  void run(const v1::TaskInfo& task, const v1::FrameworkInfo& framework = make_framework()) {
    link::ToAgent record;
    *record.mutable_run_task()->mutable_framework() = framework;
    *record.mutable_run_task()->mutable_task() = task;
    receive(record);
  }
  void kill(const std::string& task) {
    link::ToAgent record;
    record.mutable_kill_task()->mutable_framework_id()->set_value("F1");
    record.mutable_kill_task()->mutable_task_id()->set_value(task);
    receive(record);
  }
  void acknowledge(const v1::TaskStatus& status) {
    link::ToAgent record;
    auto& ack = *record.mutable_acknowledge();
    ack.mutable_framework_id()->set_value("F1");
    *ack.mutable_task_id() = status.task_id();
    ack.set_uuid(status.uuid());
    receive(record);
  }

  /// SUBSCRIBE of an executor; returns the answer's status.
  int subscribe(const std::string& executor, bool built_in,
                v1::executor::Call::Subscribe with = {}) {
    auto call = make_call(executor, v1::executor::Call::SUBSCRIBE);
    *call.mutable_subscribe() = std::move(with);
    did(core.executor_subscribes(++requests, call, ++endpoints, built_in, now));
    return answer().status;
  }
  int update(const std::string& executor, const v1::TaskStatus& status, bool built_in = false) {
    auto call = make_call(executor, v1::executor::Call::UPDATE);
    *call.mutable_update()->mutable_status() = status;
    did(core.executor_calls(++requests, call, built_in, now));
    return answer().status;
  }
  static v1::executor::Call make_call(const std::string& executor, v1::executor::Call::Type type) {
    v1::executor::Call call;
    call.set_type(type);
    call.mutable_executor_id()->set_value(executor);
    call.mutable_framework_id()->set_value("F1");
    return call;
  }
  static v1::TaskStatus status(const std::string& task, v1::TaskState state, char uuid) {
    v1::TaskStatus out;
    out.mutable_task_id()->set_value(task);
    out.set_state(state);
    out.set_uuid(std::string(16, uuid));
    out.set_source(v1::TaskStatus::SOURCE_EXECUTOR);
    return out;
  }
  void exited(container_end end, std::optional<int> status, const std::string& message = "") {
    did(core.container_exited({last_container(), end, status, message, 0}, now));
  }

  template <class T>
  std::vector<T> every() const {
    std::vector<T> out;
    for (const auto& effect : all)
      if (const auto* x = std::get_if<T>(&effect))
        out.push_back(*x);
    return out;
  }
  api_answer answer() const { return every<effect::answer_call>().back().answer; }
  std::vector<v1::executor::Event::Type> events() const {
    std::vector<v1::executor::Event::Type> out;
    for (const auto& x : every<effect::tell_executor>())
      out.push_back(x.event->type());
    return out;
  }
  /// Ends of executors reported to the master.
  std::vector<link::ExecutorExited> executor_ends() const {
    std::vector<link::ExecutorExited> out;
    for (const auto& x : every<effect::tell_master>())
      if (x.record->has_executor_exited())
        out.push_back(x.record->executor_exited());
    return out;
  }
  /// Status updates sent to the master.
  std::vector<link::StatusUpdate> updates() const {
    std::vector<link::StatusUpdate> out;
    for (const auto& x : every<effect::tell_master>())
      if (x.record->has_status_update())
        out.push_back(x.record->status_update());
    return out;
  }
  std::vector<v1::TaskState> states() const {
    std::vector<v1::TaskState> out;
    for (const auto& x : updates())
      out.push_back(x.status().state());
    return out;
  }
  container_id last_container() const {
    container_id id;
    for (const auto& effect : all) {
      if (const auto* x = std::get_if<effect::launch_executor>(&effect))
        id = x->spec->id;
      if (const auto* x = std::get_if<effect::run_command>(&effect))
        id = x->run->spec->id;
      if (const auto* x = std::get_if<effect::take_over>(&effect))
        if (!x->containers.empty())
          id = x->containers.back().spec->id;
    }
    return id;
  }
  checkpoint_files disk() const { return {files.begin(), files.end()}; }

  request_id requests = 0;
  endpoint_id endpoints = 1000;

 private:
  void move_to(steady_time time) {
    now.wall += time - now.steady;
    now.steady = time;
  }
  void apply_file(const any_effect& effect) {
    if (const auto* x = std::get_if<effect::write_file>(&effect))
      files[x->path] = x->bytes;
    if (const auto* x = std::get_if<effect::append_file>(&effect))
      files[x->path] += x->bytes;
    if (const auto* x = std::get_if<effect::remove_file>(&effect)) {
      files.erase(x->path);
      std::erase_if(files, [&](const auto& f) { return f.first.starts_with(x->path + "/"); });
    }
  }
};

/// A registered agent.
struct registered_core : core_fixture {
  explicit registered_core(agent_config config = make_config())
      : core_fixture(std::move(config)) {
    start();
    register_agent();
    forget();
  }
};

} // namespace troupe::agent::test
