/// An agent on virtual time with a simulated disk; containerizer, link and executors are stubs.
#pragma once

#include "agent/agent_actor.hpp"
#include "agent/memory_checkpointer.hpp"
#include "runtime/deterministic_system.hpp"
#include "wire/resource_convert.hpp"

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <mesos/v1/executor.pb.h>
#include <troupe/link.pb.h>

#include <catch2/catch.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace troupe::agent::test {

namespace v1 = mesos::v1;
using namespace std::chrono_literals;

/// What reached the stubs. Everything runs on one thread.
struct seen {
  std::vector<launch_container> launched;
  std::vector<signal_container> signalled;
  std::vector<container_id> destroyed;
  std::vector<launch_container> taken_over;
  std::vector<to_master_ptr> records;
  std::vector<executor_event_ptr> events;
  std::vector<std::string> closed; ///< links and endpoints
};

inline containerizer_actor::behavior_type stub_containerizer(containerizer_actor::pointer,
                                                             std::shared_ptr<seen> log) {
  return {
      [log](const launch_container& x) { log->launched.push_back(x); },
      [log](const signal_container& x) { log->signalled.push_back(x); },
      [log](const destroy_container& x) { log->destroyed.push_back(x.id); },
      [](const update_container&) {},
      [](const get_usage&) { return shared<usage_list>{std::make_shared<usage_list>()}; },
      [log](const recover_containers& x) {
        log->taken_over = x.known;
        return containers_recovered{};
      },
  };
}

inline master_link_actor::behavior_type stub_link(master_link_actor::pointer,
                                                  std::shared_ptr<seen> log) {
  return {
      [log](const to_master_ptr& x) { log->records.push_back(x); },
      [log](const link_close& x) { log->closed.push_back(x.reason); },
  };
}

inline executor_endpoint_actor::behavior_type stub_endpoint(executor_endpoint_actor::pointer,
                                                            std::shared_ptr<seen> log) {
  return {
      [log](const executor_event& x) { log->events.push_back(x.event); },
      [log](const endpoint_close& x) { log->closed.push_back(x.reason); },
  };
}

inline agent_config make_config() {
  agent_config config;
  v1::AgentInfo info;
  info.set_hostname("host1");
  info.set_port(5051);
  auto& item = *info.add_resources();
  item.set_name("cpus");
  item.set_type(v1::Value::SCALAR);
  item.mutable_scalar()->set_value(8);
  config.total = *wire::from_proto(info.resources());
  config.info = std::make_shared<v1::AgentInfo>(info);
  config.work_dir = "/work-dir";
  config.boot_id = "boot";
  return config;
}

inline v1::FrameworkInfo make_framework() {
  v1::FrameworkInfo out;
  out.set_user("user");
  out.set_name("framework");
  out.mutable_id()->set_value("F");
  out.set_checkpoint(true);
  return out;
}

inline v1::TaskInfo make_task(const std::string& id, bool custom = false) {
  v1::TaskInfo out;
  out.set_name(id);
  out.mutable_task_id()->set_value(id);
  out.mutable_agent_id()->set_value("A");
  auto& item = *out.add_resources();
  item.set_name("cpus");
  item.set_type(v1::Value::SCALAR);
  item.mutable_scalar()->set_value(1);
  if (custom) {
    auto& executor = *out.mutable_executor();
    executor.mutable_executor_id()->set_value("ex");
    executor.mutable_framework_id()->set_value("F");
    executor.mutable_command()->set_value("./executor");
  } else {
    out.mutable_command()->set_value("true");
  }
  return out;
}

class agent_fixture {
 public:
  explicit agent_fixture(std::shared_ptr<memory_medium> disk = std::make_shared<memory_medium>())
      : medium(std::move(disk)) {
    agent_neighbours neighbours;
    neighbours.containerizer = containerizer = system.actors().spawn(stub_containerizer, log);
    neighbours.checkpointer = checkpointer =
        system.actors().spawn(memory_checkpointer, medium, std::chrono::nanoseconds{1ms});
    link = system.actors().spawn(stub_link, log);
    agent = system.actors().spawn(troupe::agent::agent, make_config(), neighbours,
                                  std::cref<troupe::clock>(system.time()));
    system.run();
  }
  ~agent_fixture() { power_off(); }

  /// As if the process was killed: nothing is said, nothing is saved.
  void power_off() {
    if (!agent)
      return;
    for (const auto& actor :
         {caf::actor_cast<caf::actor>(agent), caf::actor_cast<caf::actor>(checkpointer),
          caf::actor_cast<caf::actor>(containerizer), caf::actor_cast<caf::actor>(link)})
      caf::anon_send_exit(actor, caf::exit_reason::kill);
    for (const auto& endpoint : endpoints)
      caf::anon_send_exit(endpoint, caf::exit_reason::kill);
    agent = nullptr;
    checkpointer = nullptr;
    containerizer = nullptr;
    link = nullptr;
    endpoints.clear();
    log->launched.clear();
    log->taken_over.clear();
    system.run();
  }

  void pass(std::chrono::nanoseconds span) { system.advance(span); }

  template <class Message>
  void tell(Message message) {
    caf::anon_send(agent, std::move(message));
    system.run();
  }
  void receive(const link::ToAgent& record) {
    tell(master_link_received{std::make_shared<link::ToAgent>(record)});
    pass(20ms);
  }
  void register_agent() {
    tell(master_link_up{link});
    pass(1s);
    link::ToAgent record;
    auto& registered = *record.mutable_registered();
    registered.mutable_agent_id()->set_value("A");
    registered.mutable_master()->set_id("M");
    registered.mutable_master()->set_ip(0);
    registered.set_ping_timeout_seconds(75);
    receive(record);
  }
  void run(const v1::TaskInfo& task) {
    link::ToAgent record;
    *record.mutable_run_task()->mutable_framework() = make_framework();
    *record.mutable_run_task()->mutable_task() = task;
    receive(record);
  }
  void kill(const std::string& task) {
    link::ToAgent record;
    record.mutable_kill_task()->mutable_framework_id()->set_value("F");
    record.mutable_kill_task()->mutable_task_id()->set_value(task);
    receive(record);
  }
  void acknowledge(const link::StatusUpdate& update) {
    link::ToAgent record;
    auto& ack = *record.mutable_acknowledge();
    *ack.mutable_framework_id() = update.framework_id();
    *ack.mutable_task_id() = update.status().task_id();
    ack.set_uuid(update.status().uuid());
    receive(record);
  }
  /// Acknowledges updates until none comes any more.
  void acknowledge_all() {
    for (std::size_t i = 0; i < updates().size(); ++i)
      acknowledge(updates()[i]);
  }

  /// The container of launch `number` starts, or ends.
  void container_starts(std::size_t number = 0) {
    const auto& launch = log->launched.at(number);
    caf::anon_send(launch.listener, troupe::container_started{launch.spec->id, 4711});
    pass(20ms);
  }
  void container_ends(const launch_container& launch, container_end end, std::optional<int> status,
                      const std::string& message = "") {
    caf::anon_send(launch.listener,
                   troupe::container_exited{launch.spec->id, end, status, message, 0});
    pass(20ms);
  }

  /// Asks the agent and lets 20 ms pass, so that the simulated disk confirms.
  template <class Answer, class Question>
  Answer ask(Question question) {
    Answer out{};
    caf::scoped_actor self{system.actors(), true};
    auto request = self->request(agent, caf::infinite, std::move(question));
    pass(20ms);
    request.receive([&](const Answer& x) { out = x; },
                    [&](const caf::error& why) { FAIL(system.actors().render(why)); });
    return out;
  }
  api_answer subscribe(const std::string& executor) {
    const auto endpoint = system.actors().spawn(stub_endpoint, log);
    endpoints.push_back(endpoint);
    v1::executor::Call call;
    call.set_type(v1::executor::Call::SUBSCRIBE);
    call.mutable_subscribe();
    return ask<api_answer>(subscribe_executor{with_ids(call, executor), endpoint});
  }
  api_answer update(const std::string& executor, const std::string& task, v1::TaskState state,
                    char uuid) {
    v1::executor::Call call;
    call.set_type(v1::executor::Call::UPDATE);
    auto& status = *call.mutable_update()->mutable_status();
    status.mutable_task_id()->set_value(task);
    status.set_state(state);
    status.set_uuid(std::string(16, uuid));
    status.set_source(v1::TaskStatus::SOURCE_EXECUTOR);
    return ask<api_answer>(executor_request{with_ids(call, executor)});
  }
  static executor_call_ptr with_ids(v1::executor::Call call, const std::string& executor) {
    call.mutable_framework_id()->set_value("F");
    call.mutable_executor_id()->set_value(executor);
    return std::make_shared<v1::executor::Call>(std::move(call));
  }

  /// Distinct updates that reached the master, in order.
  std::vector<link::StatusUpdate> updates() const {
    std::vector<link::StatusUpdate> out;
    for (const auto& record : log->records) {
      if (!record->has_status_update())
        continue;
      const auto& update = record->status_update();
      const auto known = std::any_of(out.begin(), out.end(), [&](const auto& x) {
        return x.status().uuid() == update.status().uuid();
      });
      if (!known)
        out.push_back(update);
    }
    return out;
  }
  std::vector<v1::TaskState> states() const {
    std::vector<v1::TaskState> out;
    for (const auto& x : updates())
      out.push_back(x.status().state());
    return out;
  }
  std::vector<v1::executor::Event::Type> events() const {
    std::vector<v1::executor::Event::Type> out;
    for (const auto& x : log->events)
      out.push_back(x->type());
    return out;
  }

  deterministic_system system;
  std::shared_ptr<seen> log = std::make_shared<seen>();
  std::shared_ptr<memory_medium> medium;
  containerizer_actor containerizer;
  checkpointer_actor checkpointer;
  master_link_actor link;
  agent_actor agent;
  std::vector<executor_endpoint_actor> endpoints;
};

} // namespace troupe::agent::test
