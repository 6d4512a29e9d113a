/// A master core with everything around it played by the test: frameworks, agents, the allocator,
/// the registry. What the core wants done is gathered here.
#pragma once

#include "master/master_core.hpp"

#include <mesos/v1/mesos.pb.h>
#include <mesos/v1/scheduler.pb.h>
#include <troupe/link.pb.h>

#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace troupe::master::test {

using mesos::v1::scheduler::Call;
using mesos::v1::scheduler::Event;

/// A subscribed scheduler.
struct scheduler {
  framework_id id;
  endpoint_id endpoint = 0;
  std::string stream_id;
};

/// A registered agent.
struct worker {
  agent_id id;
  link_id link = 0;
};

class world {
 public:
  explicit world(core_config config = default_config());

  static core_config default_config();
  /// "cpus:4;mem:4096;disk:10000;ports:[31000-31010]" unless told otherwise.
  static const char* const usual_resources;

  // What the test does.
  void start(const registry& known = {});
  void pass(std::chrono::nanoseconds span);
  scheduler subscribe(const mesos::v1::FrameworkInfo& info,
                      const std::vector<std::string>& suppressed = {});
  /// SUBSCRIBE whatever comes of it.
  api_answer try_subscribe(const mesos::v1::FrameworkInfo& info, endpoint_id endpoint,
                           const std::vector<std::string>& suppressed = {},
                           const std::string& principal = "");
  scheduler resubscribe(const scheduler& known, mesos::v1::FrameworkInfo info);
  api_answer call(const scheduler& from, Call call);
  worker add_agent(const std::string& hostname = "agent1",
                   const std::string& resources = usual_resources, const std::string& pid = "");
  link_id open_link();
  void say(link_id link, const link::ToMaster& record);
  void break_link(const worker& agent);
  void end_stream(const scheduler& of);
  /// The allocator offers these; returns the ids of the offers made.
  std::vector<std::string> offer(const scheduler& to, const worker& on,
                                 const std::string& resources, const std::string& role = "*");
  /// The allocator wants the framework to leave the agent; returns the ids of inverse offers made.
  std::vector<std::string> ask_to_leave(const scheduler& of, const worker& on);
  void teardown(const framework_id& id);
  /// A call of the operator API, given as JSON. Nothing when the answer is still due, since
  /// nothing is stored yet.
  std::optional<api_answer> operate(const std::string& json, const std::string& principal = "");
  /// All stores that wait are done.
  void finish_stores();

  // What the core has done since the last `forget`.
  std::vector<Event> events(endpoint_id endpoint) const;
  std::vector<Event> events(const scheduler& of, Event::Type type) const;
  std::vector<mesos::v1::TaskStatus> updates(const scheduler& of) const;
  std::vector<link::ToAgent> records(link_id link) const;
  std::vector<link::ToAgent> records(const worker& agent, link::ToAgent::KindCase kind) const;
  std::optional<std::string> closed_endpoint(endpoint_id endpoint) const;
  std::optional<std::string> closed_link(link_id link) const;
  /// Messages of one kind to the allocator; of what is given back, the parts.
  template <class T>
  std::vector<T> told_allocator() const {
    std::vector<T> result;
    if constexpr (std::is_same_v<T, recover_resources>) {
      for (const auto& message : told_allocator<recover_together>())
        result.insert(result.end(), message.parts.begin(), message.parts.end());
    } else {
      for (const auto& one : done)
        if (const auto* tell = std::get_if<effect::tell_allocator>(&one))
          if (const auto* message = std::get_if<T>(&tell->message))
            result.push_back(*message);
    }
    return result;
  }
  template <class T>
  std::vector<T> changes() const {
    std::vector<T> result;
    for (const auto& one : done)
      if (const auto* change = std::get_if<effect::change_state>(&one))
        if (const auto* wanted = std::get_if<T>(&change->change))
          result.push_back(*wanted);
    return result;
  }
  template <class T>
  std::vector<T> all() const {
    std::vector<T> result;
    for (const auto& one : done)
      if (const auto* wanted = std::get_if<T>(&one))
        result.push_back(*wanted);
    return result;
  }
  void forget() { done.clear(); }
  double counter(const std::string& name);

  void take(effects out);

  instant now{steady_time{std::chrono::hours{1}}, wall_time{std::chrono::hours{24 * 365 * 50}}};
  master_core core;
  effects done;
  bool store_at_once = true;
  bool answer_pings = true;

 private:
  metric_batch metrics_;
  endpoint_id next_endpoint_ = 1;
  link_id next_link_ = 1;
  int next_port_ = 5051;
  request_id next_request_ = 1;
};

mesos::v1::FrameworkInfo framework_info(const std::string& name = "test");
/// With MULTI_ROLE and these roles.
mesos::v1::FrameworkInfo multi_role_info(const std::vector<std::string>& roles);
mesos::v1::FrameworkInfo with(mesos::v1::FrameworkInfo info,
                              mesos::v1::FrameworkInfo::Capability::Type capability);

/// Resources in a message, from text.
google::protobuf::RepeatedPtrField<mesos::v1::Resource> resources_message(const std::string& text);
/// The same in the model, allocated to `role`.
resources allocated(const std::string& text, const std::string& role = "*");

link::RegisterAgent registration(const std::string& hostname, const std::string& resources,
                                 const std::string& pid);

mesos::v1::TaskInfo command_task(const std::string& id, const worker& on,
                                 const std::string& resources = "cpus:1;mem:32");
mesos::v1::TaskInfo executor_task(const std::string& id, const std::string& executor,
                                  const worker& on);

Call accept(const std::vector<std::string>& offers, const std::vector<mesos::v1::TaskInfo>& tasks);
Call decline(const std::vector<std::string>& offers);
Call kill(const std::string& task);
Call acknowledge(const worker& agent, const std::string& task, const std::string& uuid);
Call reconcile(const std::vector<std::pair<std::string, std::string>>& tasks_and_agents);

/// An update as an agent sends it.
link::ToMaster update(const scheduler& of, const std::string& task, mesos::v1::TaskState state,
                      const std::string& uuid);

/// 16 bytes, all `c`.
std::string uuid(char c);

} // namespace troupe::master::test
