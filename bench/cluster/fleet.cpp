#include "fleet.hpp"

#include "model/resource_text.hpp"
#include "wire/arena_message.hpp"
#include "wire/resource_convert.hpp"

#include <caf/all.hpp>

#include <chrono>
#include <cstring>

namespace troupe::bench {

namespace {

using pointer = simulated_agent::stateful_pointer<agent_memory>;
namespace v1 = mesos::v1;

/// A different private address for each number.
std::string address_of(std::size_t number) {
  return "10." + std::to_string(number >> 16) + "." + std::to_string(number >> 8 & 255) + "." +
         std::to_string(number & 255);
}

to_master_ptr registration(std::size_t number, const std::string& resources) {
  auto record = std::make_shared<link::ToMaster>();
  auto& registration = *record->mutable_register_();
  auto& info = *registration.mutable_agent();
  info.set_hostname("host" + std::to_string(number));
  info.set_port(5051);
  for (auto& item :
       wire::to_proto(*parse_resources(resources), wire::resource_format::post_refinement))
    *info.add_resources() = std::move(item);
  for (auto kind :
       {v1::AgentInfo::Capability::MULTI_ROLE, v1::AgentInfo::Capability::HIERARCHICAL_ROLE,
        v1::AgentInfo::Capability::RESERVATION_REFINEMENT})
    registration.add_capabilities()->set_type(kind);
  registration.set_version("1.7.3");
  registration.set_pid("slave(1)@" + address_of(number) + ":5051");
  return record;
}

/// The same agent with all it runs, for a master that may know nothing of that.
to_master_ptr reregistration(pointer self, const link::ToMaster& first, const prepare_return& how) {
  auto record = std::make_shared<link::ToMaster>();
  auto& told = *record->mutable_reregister();
  *told.mutable_registration() = first.register_();
  told.mutable_registration()->mutable_agent()->mutable_id()->set_value(self->state.id);
  std::map<framework_id, wire::resource_list> taken; // by each of its tasks
  for (const auto& [framework, task] : self->state.running) {
    const auto& info = *how.frameworks->at(framework);
    auto [held, is_new] = taken.try_emplace(framework);
    if (is_new) {
      *told.add_frameworks() = info;
      held->second =
          wire::to_proto(parse_resources(how.resources)->allocated_to_role(info.roles(0)),
                         wire::resource_format::post_refinement);
    }
    auto& one = *told.add_tasks();
    one.set_name("task");
    one.mutable_task_id()->set_value(task.value());
    one.mutable_framework_id()->set_value(framework.value());
    one.mutable_agent_id()->set_value(self->state.id);
    one.set_state(v1::TASK_RUNNING);
    *one.mutable_resources() = held->second;
    auto& status = *one.add_statuses();
    status.mutable_task_id()->set_value(task.value());
    status.mutable_agent_id()->set_value(self->state.id);
    status.set_state(v1::TASK_RUNNING);
    status.set_source(v1::TaskStatus::SOURCE_EXECUTOR);
  }
  return record;
}

/// Sixteen bytes that no other update has.
std::string uuid(std::size_t number, std::uint64_t update) {
  std::string bytes(16, '\0');
  std::memcpy(bytes.data(), &number, 8);
  std::memcpy(bytes.data() + 8, &update, 8);
  return bytes;
}

std::string present() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
  std::string bytes(sizeof now, '\0');
  std::memcpy(bytes.data(), &now, sizeof now);
  return bytes;
}

to_master_ptr update(pointer self, std::size_t number, const running_task& which,
                     v1::TaskState state) {
  auto record = wire::make_arena_message<link::ToMaster>(); // as the link does
  auto& update = *record->mutable_status_update();
  update.mutable_framework_id()->set_value(which.framework.value());
  auto& status = *update.mutable_status();
  status.mutable_task_id()->set_value(which.task.value());
  status.mutable_agent_id()->set_value(self->state.id);
  status.set_state(state);
  status.set_source(v1::TaskStatus::SOURCE_EXECUTOR);
  status.set_uuid(uuid(number, self->state.updates++));
  if (state == v1::TASK_FINISHED)
    status.set_data(present());
  return record;
}

} // namespace

simulated_agent::behavior_type agent(pointer self, std::size_t number, std::string resources,
                                     master_actor master, watcher_actor watcher) {
  const link_id id = number + 1;
  self->state.master = std::move(master);
  self->state.introduction = registration(number, resources);
  auto tell = [=](to_master_ptr record) {
    self->send(self->state.master, link_received{id, std::move(record)});
  };
  auto introduce = [=] {
    self->send(self->state.master, link_opened{id, self, address_of(number) + ":40000", ""});
    tell(self->state.introduction);
  };
  return {
      [=](const to_agent_ptr& record) {
        if (record->has_registered()) {
          self->state.id = record->registered().agent_id().value();
          self->send(watcher, one_is_done{});
        } else if (record->has_ping()) {
          auto pong = std::make_shared<link::ToMaster>();
          pong->mutable_pong();
          tell(std::move(pong));
        } else if (record->has_run_task()) {
          const auto& run = record->run_task();
          self->state.running.push_back(
              {framework_id{run.framework().id().value()}, task_id{run.task().task_id().value()}});
          tell(update(self, number, self->state.running.back(), v1::TASK_RUNNING));
        }
      },
      [=](const link_close& x) { self->quit(caf::make_error(caf::sec::runtime_error, x.reason)); },
      [=](const end_a_task&) {
        if (self->state.running.empty())
          return;
        const auto ended = std::move(self->state.running.back());
        self->state.running.pop_back();
        tell(update(self, number, ended, v1::TASK_FINISHED));
      },
      [=](const prepare_return& how) {
        self->state.introduction = reregistration(self, *self->state.introduction, how);
        self->send(watcher, one_is_done{});
      },
      [=](const come_back& to) {
        self->state.master = to.master;
        introduce();
      },
      [=](caf::ok_atom) { introduce(); },
  };
}

} // namespace troupe::bench
