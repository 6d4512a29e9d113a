/// Entities for the state model's tests, and a model that they are fed to.
#pragma once

#include "http/state_model.hpp"
#include "model/resource_text.hpp"
#include "wire/resource_convert.hpp"

#include <catch2/catch.hpp>
#include <mesos/v1/mesos.pb.h>
#include <nlohmann/json.hpp>

namespace state_test {

using namespace troupe;
using namespace troupe::http;
namespace v1 = mesos::v1;

inline resources bag(const std::string& text) {
  auto parsed = parse_resources(text);
  REQUIRE(parsed);
  return *parsed;
}

inline shared<agent_view> agent(const std::string& id) {
  auto info = std::make_shared<v1::AgentInfo>();
  info->set_hostname("host-" + id);
  info->set_port(5051);
  auto* rack = info->add_attributes();
  rack->set_name("rack");
  rack->set_type(v1::Value::TEXT);
  rack->mutable_text()->set_value("r1");
  auto view = std::make_shared<agent_view>();
  view->id = agent_id{id};
  view->info = info;
  view->pid = "slave(1)@127.0.0.1:5051";
  view->version = "1.7.3";
  view->capabilities = {"MULTI_ROLE"};
  view->total = bag("cpus:4;mem:1024;disk:100;ports:[1-10];cpus(eng):1");
  return view;
}

inline shared<framework_view> framework(const std::string& id, bool multi_role = false) {
  auto info = std::make_shared<v1::FrameworkInfo>();
  info->set_name("name-" + id);
  info->set_user("root");
  if (multi_role) {
    info->add_capabilities()->set_type(v1::FrameworkInfo::Capability::MULTI_ROLE);
    info->add_roles("eng");
  }
  auto view = std::make_shared<framework_view>();
  view->id = framework_id{id};
  view->info = info;
  view->active = view->connected = true;
  return view;
}

inline packed_task_ptr packed(const v1::Task& task) {
  return std::make_shared<const packed_task>(task);
}

inline packed_task_ptr task(const std::string& id, v1::TaskState state, double started = 1,
                            const std::string& owner = "F", const std::string& where = "A") {
  v1::Task result;
  result.set_name("name-" + id);
  result.mutable_task_id()->set_value(id);
  result.mutable_framework_id()->set_value(owner);
  result.mutable_agent_id()->set_value(where);
  result.set_state(state);
  *result.mutable_resources() =
      wire::to_proto(bag("cpus:0.5;mem:32;ports:[1-2]").allocated_to_role("*"),
                     wire::resource_format::post_refinement);
  auto* status = result.add_statuses();
  status->mutable_task_id()->set_value(id);
  status->set_state(state);
  status->set_timestamp(started);
  return packed(result);
}

inline offer_ptr offer(const std::string& id, const std::string& where = "A") {
  auto result = std::make_shared<v1::Offer>();
  result->mutable_id()->set_value(id);
  result->mutable_framework_id()->set_value("F");
  result->mutable_agent_id()->set_value(where);
  result->set_hostname("host");
  result->mutable_allocation_info()->set_role("*");
  *result->mutable_resources() = wire::to_proto(bag("cpus:2;ports:[5-6]").allocated_to_role("*"),
                                                wire::resource_format::post_refinement);
  return result;
}

struct fixture {
  state_model model{{.flags = {{"port", "5050"}},
                     .cluster = "test",
                     .log_dir = {},
                     .external_log_file = {},
                     .max_completed_frameworks = 2,
                     .max_completed_tasks = 3,
                     .max_unreachable_tasks = 3}};
  std::uint64_t number = 0;

  template <class... Changes>
  void apply(Changes... changes) {
    auto list = std::make_shared<std::vector<state_change>>();
    (list->push_back(std::move(changes)), ...);
    REQUIRE(model.apply({++number, list}));
  }

  void start() {
    apply(delta::agent_changed{agent("A")}, delta::framework_changed{framework("F")});
  }

  nlohmann::json state() { return join(model.state()); }

  static nlohmann::json join(const shared_body_ptr& body) {
    const auto all = body->text();
    INFO(all);
    auto parsed = nlohmann::json::parse(all, nullptr, false);
    REQUIRE(parsed.is_object());
    return parsed;
  }
};

} // namespace state_test
