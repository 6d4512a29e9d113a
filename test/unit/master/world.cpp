#include "world.hpp"

#include "model/resource_text.hpp"
#include "wire/json.hpp"
#include "wire/resource_convert.hpp"

#include <catch2/catch.hpp>

#include <mesos/v1/master.pb.h>

namespace troupe::master::test {

using mesos::v1::FrameworkInfo;
using mesos::v1::TaskInfo;

const char* const world::usual_resources = "cpus:4;mem:4096;disk:10000;ports:[31000-31010]";

world::world(core_config config)
    : core(std::move(config)) {}

core_config world::default_config() {
  core_config config;
  config.id = master_id{"m"};
  auto info = std::make_shared<mesos::v1::MasterInfo>();
  info->set_id("m");
  info->set_ip(0);
  info->set_port(5050);
  config.info = info;
  return config;
}

void world::start(const registry& known) {
  take(core.start(known, now));
}

void world::pass(std::chrono::nanoseconds span) {
  auto end = now.steady + span;
  while (auto next = core.next_deadline()) {
    if (*next > end)
      break;
    auto step = std::max(*next - now.steady, std::chrono::nanoseconds{0});
    now.steady += step;
    now.wall += step;
    take(core.advance(now));
  }
  now.wall += end - now.steady;
  now.steady = end;
}

api_answer world::try_subscribe(const FrameworkInfo& info, endpoint_id endpoint,
                                const std::vector<std::string>& suppressed,
                                const std::string& principal) {
  auto call = std::make_shared<Call>();
  call->set_type(Call::SUBSCRIBE);
  *call->mutable_subscribe()->mutable_framework_info() = info;
  for (const auto& role : suppressed)
    call->mutable_subscribe()->add_suppressed_roles(role);
  if (info.has_id())
    *call->mutable_framework_id() = info.id();
  auto turn =
      core.subscribe({call, endpoint, "stream-" + std::to_string(endpoint), principal}, now);
  take(std::move(turn.out));
  return turn.answer;
}

scheduler world::subscribe(const FrameworkInfo& info, const std::vector<std::string>& suppressed) {
  auto endpoint = next_endpoint_++;
  REQUIRE(try_subscribe(info, endpoint, suppressed).status == 200);
  auto heard = events(endpoint);
  REQUIRE(!heard.empty());
  REQUIRE(heard.front().type() == Event::SUBSCRIBED);
  return {framework_id{heard.front().subscribed().framework_id().value()}, endpoint,
          "stream-" + std::to_string(endpoint)};
}

scheduler world::resubscribe(const scheduler& known, FrameworkInfo info) {
  info.mutable_id()->set_value(known.id.value());
  return subscribe(info);
}

api_answer world::call(const scheduler& from, Call call) {
  call.mutable_framework_id()->set_value(from.id.value());
  auto turn = core.call({std::make_shared<const Call>(std::move(call)), from.stream_id, ""}, now);
  take(std::move(turn.out));
  return turn.answer;
}

link_id world::open_link() {
  auto link = next_link_++;
  take(core.link_up(link, "10.0.0.1:40000", "", now));
  return link;
}

void world::say(link_id link, const link::ToMaster& record) {
  take(core.link_record(link, std::make_shared<const link::ToMaster>(record), now));
}

worker world::add_agent(const std::string& hostname, const std::string& resources,
                        const std::string& pid) {
  auto link = open_link();
  link::ToMaster record;
  *record.mutable_register_() = registration(
      hostname, resources, pid.empty() ? "slave(1)@10.0.0.1:" + std::to_string(next_port_++) : pid);
  say(link, record);
  auto heard = records(link);
  REQUIRE(!heard.empty());
  REQUIRE(heard.front().has_registered());
  return {agent_id{heard.front().registered().agent_id().value()}, link};
}

void world::break_link(const worker& agent) {
  take(core.link_down(agent.link, "broken", now));
}

void world::end_stream(const scheduler& of) {
  take(core.endpoint_down(of.endpoint, now));
}

std::vector<std::string> world::offer(const scheduler& to, const worker& on,
                                      const std::string& resources, const std::string& role) {
  auto before = changes<delta::offer_added>().size();
  take(core.offers({allocation{to.id, role, on.id, allocated(resources, role)}}, now));
  std::vector<std::string> ids;
  auto added = changes<delta::offer_added>();
  for (std::size_t i = before; i < added.size(); ++i)
    ids.push_back(added[i].offer->id().value());
  return ids;
}

std::vector<std::string> world::ask_to_leave(const scheduler& of, const worker& on) {
  auto before = changes<delta::inverse_offer_added>().size();
  take(core.inverse_offers({{of.id, on.id}}, now));
  std::vector<std::string> ids;
  auto added = changes<delta::inverse_offer_added>();
  for (std::size_t i = before; i < added.size(); ++i)
    ids.push_back(added[i].offer->id().value());
  return ids;
}

void world::teardown(const framework_id& id) {
  auto turn = core.teardown(id, now);
  REQUIRE(turn.answer.status == 200);
  take(std::move(turn.out));
}

std::optional<api_answer> world::operate(const std::string& json, const std::string& principal) {
  auto call = std::make_shared<mesos::v1::master::Call>();
  auto read = wire::from_json(json, *call);
  INFO(read.error());
  REQUIRE(read);
  auto id = next_request_++;
  auto turn = core.operate({call, principal, id}, now);
  take(std::move(turn.out));
  if (turn.answer)
    return turn.answer;
  for (const auto& later : all<effect::answer>())
    if (later.request == id)
      return later.outcome;
  return std::nullopt;
}

void world::take(effects out) {
  std::vector<store_id> stores;
  std::vector<link_id> pinged;
  for (auto& one : out) {
    if (const auto* store = std::get_if<effect::store>(&one))
      stores.push_back(store->id);
    if (const auto* sent = std::get_if<effect::send_agent>(&one); sent != nullptr)
      if (sent->record->has_ping())
        pinged.push_back(sent->link);
    done.push_back(std::move(one));
  }
  link::ToMaster pong;
  pong.mutable_pong();
  if (answer_pings)
    for (auto link : pinged)
      say(link, pong);
  if (store_at_once)
    for (auto id : stores)
      take(core.registry_stored(id, now));
}

void world::finish_stores() {
  auto stores = all<effect::store>();
  for (const auto& store : stores)
    take(core.registry_stored(store.id, now));
}

std::vector<Event> world::events(endpoint_id endpoint) const {
  std::vector<Event> result;
  for (const auto& sent : all<effect::send_event>())
    if (sent.endpoint == endpoint)
      result.push_back(*sent.event);
  return result;
}

std::vector<Event> world::events(const scheduler& of, Event::Type type) const {
  std::vector<Event> result;
  for (const auto& event : events(of.endpoint))
    if (event.type() == type)
      result.push_back(event);
  return result;
}

std::vector<mesos::v1::TaskStatus> world::updates(const scheduler& of) const {
  std::vector<mesos::v1::TaskStatus> result;
  for (const auto& event : events(of, Event::UPDATE))
    result.push_back(event.update().status());
  return result;
}

std::vector<link::ToAgent> world::records(link_id link) const {
  std::vector<link::ToAgent> result;
  for (const auto& sent : all<effect::send_agent>())
    if (sent.link == link)
      result.push_back(*sent.record);
  return result;
}

std::vector<link::ToAgent> world::records(const worker& agent, link::ToAgent::KindCase kind) const {
  std::vector<link::ToAgent> result;
  for (const auto& record : records(agent.link))
    if (record.kind_case() == kind)
      result.push_back(record);
  return result;
}

std::optional<std::string> world::closed_endpoint(endpoint_id endpoint) const {
  for (const auto& closed : all<effect::close_endpoint>())
    if (closed.endpoint == endpoint)
      return closed.reason;
  return std::nullopt;
}

std::optional<std::string> world::closed_link(link_id link) const {
  for (const auto& closed : all<effect::close_link>())
    if (closed.link == link)
      return closed.reason;
  return std::nullopt;
}

double world::counter(const std::string& name) {
  auto batch = core.take_metrics(now);
  for (const auto& [key, value] : batch.counters())
    metrics_.count(key, value);
  for (const auto& [key, value] : batch.gauges())
    metrics_.set(key, value);
  if (auto found = metrics_.counters().find(name); found != metrics_.counters().end())
    return found->second;
  auto gauge = metrics_.gauges().find(name);
  REQUIRE(gauge != metrics_.gauges().end());
  return gauge->second;
}

FrameworkInfo framework_info(const std::string& name) {
  FrameworkInfo info;
  info.set_user("root");
  info.set_name(name);
  info.set_failover_timeout(3600);
  info.set_checkpoint(true);
  return info;
}

FrameworkInfo multi_role_info(const std::vector<std::string>& roles) {
  auto info = with(framework_info(), FrameworkInfo::Capability::MULTI_ROLE);
  for (const auto& role : roles)
    info.add_roles(role);
  return info;
}

FrameworkInfo with(FrameworkInfo info, FrameworkInfo::Capability::Type capability) {
  info.add_capabilities()->set_type(capability);
  return info;
}

google::protobuf::RepeatedPtrField<mesos::v1::Resource> resources_message(const std::string& text) {
  return wire::to_proto(*parse_resources(text), wire::resource_format::pre_refinement);
}

resources allocated(const std::string& text, const std::string& role) {
  return parse_resources(text)->allocated_to_role(role);
}

link::RegisterAgent registration(const std::string& hostname, const std::string& resources,
                                 const std::string& pid) {
  link::RegisterAgent record;
  record.mutable_agent()->set_hostname(hostname);
  *record.mutable_agent()->mutable_resources() = resources_message(resources);
  record.set_version("1.7.0");
  record.set_pid(pid);
  for (auto type : {mesos::v1::AgentInfo::Capability::MULTI_ROLE,
                    mesos::v1::AgentInfo::Capability::HIERARCHICAL_ROLE,
                    mesos::v1::AgentInfo::Capability::RESERVATION_REFINEMENT})
    record.add_capabilities()->set_type(type);
  return record;
}

TaskInfo command_task(const std::string& id, const worker& on, const std::string& resources) {
  TaskInfo task;
  task.set_name("name-" + id);
  task.mutable_task_id()->set_value(id);
  task.mutable_agent_id()->set_value(on.id.value());
  *task.mutable_resources() = resources_message(resources);
  task.mutable_command()->set_value("true");
  return task;
}

TaskInfo executor_task(const std::string& id, const std::string& executor, const worker& on) {
  auto task = command_task(id, on);
  task.clear_command();
  task.mutable_executor()->mutable_executor_id()->set_value(executor);
  task.mutable_executor()->mutable_command()->set_value("./executor");
  *task.mutable_executor()->mutable_resources() = resources_message("cpus:0.1;mem:32");
  return task;
}

Call accept(const std::vector<std::string>& offers, const std::vector<TaskInfo>& tasks) {
  Call call;
  call.set_type(Call::ACCEPT);
  for (const auto& offer : offers)
    call.mutable_accept()->add_offer_ids()->set_value(offer);
  auto* operation = call.mutable_accept()->add_operations();
  operation->set_type(mesos::v1::Offer::Operation::LAUNCH);
  for (const auto& task : tasks)
    *operation->mutable_launch()->add_task_infos() = task;
  return call;
}

Call decline(const std::vector<std::string>& offers) {
  Call call;
  call.set_type(Call::DECLINE);
  call.mutable_decline();
  for (const auto& offer : offers)
    call.mutable_decline()->add_offer_ids()->set_value(offer);
  return call;
}

Call kill(const std::string& task) {
  Call call;
  call.set_type(Call::KILL);
  call.mutable_kill()->mutable_task_id()->set_value(task);
  return call;
}

Call acknowledge(const worker& agent, const std::string& task, const std::string& uuid) {
  Call call;
  call.set_type(Call::ACKNOWLEDGE);
  call.mutable_acknowledge()->mutable_agent_id()->set_value(agent.id.value());
  call.mutable_acknowledge()->mutable_task_id()->set_value(task);
  call.mutable_acknowledge()->set_uuid(uuid);
  return call;
}

Call reconcile(const std::vector<std::pair<std::string, std::string>>& tasks_and_agents) {
  Call call;
  call.set_type(Call::RECONCILE);
  call.mutable_reconcile();
  for (const auto& [task, agent] : tasks_and_agents) {
    auto* asked = call.mutable_reconcile()->add_tasks();
    asked->mutable_task_id()->set_value(task);
    if (!agent.empty())
      asked->mutable_agent_id()->set_value(agent);
  }
  return call;
}

link::ToMaster update(const scheduler& of, const std::string& task, mesos::v1::TaskState state,
                      const std::string& uuid) {
  link::ToMaster record;
  auto* sent = record.mutable_status_update();
  sent->mutable_framework_id()->set_value(of.id.value());
  sent->mutable_status()->mutable_task_id()->set_value(task);
  sent->mutable_status()->set_state(state);
  sent->mutable_status()->set_source(mesos::v1::TaskStatus::SOURCE_EXECUTOR);
  sent->mutable_status()->set_uuid(uuid);
  return record;
}

std::string uuid(char c) {
  return std::string(16, c);
}

} // namespace troupe::master::test
