#include "master/frameworks.hpp"

#include "master/events.hpp"
#include "master/inverse_offers.hpp"
#include "master/metrics.hpp"
#include "master/offers.hpp"
#include "master/tasks.hpp"
#include "master/validation.hpp"
#include "master/views.hpp"
#include "master/wire_texts.hpp"

#include <troupe/link.pb.h>

#include <cstdio>

namespace troupe::master {

using mesos::v1::FrameworkInfo;

namespace {

framework_id next_id(turn& t) {
  char number[24];
  std::snprintf(number, sizeof number, "-%04llu",
                static_cast<unsigned long long>(t.book.next_framework++));
  return framework_id{t.config.id.value() + number};
}

std::set<std::string> to_set(const google::protobuf::RepeatedPtrField<std::string>& list) {
  return {list.begin(), list.end()};
}

/// Why a framework may not be as it wants to be; the text of the ERROR event.
std::optional<std::string> refusal(const turn& t, const FrameworkInfo& info,
                                   const std::set<std::string>& suppressed) {
  if (auto why = validate(info))
    return why;
  auto roles = traits_of(info).roles;
  if (t.config.role_whitelist)
    for (const auto& role : roles)
      if (!t.config.role_whitelist->contains(role))
        return "Role '" + role + "' is not present in the master's --roles";
  if (auto why = validate_suppressed(suppressed, roles))
    return why;
  if (info.user() == "root" && !t.config.root_submissions)
    return "User 'root' is not allowed to run frameworks without --root_submissions set";
  if (t.book.completed_frameworks.contains(framework_id{info.id().value()}))
    return "Framework has been removed";
  return std::nullopt;
}

void set_info(turn& t, framework_entry& framework, FrameworkInfo info) {
  publish_counts(t.book.metrics, framework); // its name may change
  framework.traits = traits_of(info);
  framework.metrics = metric_prefix(info, framework.id);
  framework.info = std::make_shared<const FrameworkInfo>(std::move(info));
}

void gauge_roles(turn& t, const framework_entry& framework) {
  for (const auto& role : framework.traits.roles)
    t.gauge(framework, "roles/" + role + "/suppressed",
            framework.suppressed.contains(role) ? 1 : 0);
}

/// What may not change keeps its old value.
void keep_fixed_fields(turn& t, const framework_entry& framework, FrameworkInfo& info) {
  auto keep = [&](const char* field, bool same) {
    if (!same)
      t.warning("a framework can't change this field; the old value stays",
                {{"framework", framework.id.value()}, {"field", field}});
  };
  keep("user", info.user() == framework.info->user());
  keep("checkpoint", info.checkpoint() == framework.info->checkpoint());
  keep("principal", info.principal() == framework.info->principal());
  info.set_user(framework.info->user());
  info.set_checkpoint(framework.info->checkpoint());
  info.clear_principal();
  if (framework.info->has_principal())
    info.set_principal(framework.info->principal());
}

void tell_agents(turn& t, const framework_entry& framework) {
  link::ToAgent record;
  *record.mutable_update_framework()->mutable_framework() = *framework.info;
  for (const auto& [id, agent] : t.book.agents)
    t.tell(agent, record);
}

framework_entry& add(turn& t, framework_id id, FrameworkInfo info, bool active) {
  auto& framework = t.book.frameworks[id];
  framework.id = id;
  framework.registered = t.now.wall;
  info.mutable_id()->set_value(id.value());
  set_info(t, framework, std::move(info));
  framework_counts::declare(t.book.metrics, framework.metrics);
  t.tell_allocator(
      add_framework{id, options_of(framework.traits, framework.suppressed), active, {}});
  return framework;
}

void welcome(turn& t, framework_entry& framework, const subscribe_request& request) {
  framework.endpoint = request.endpoint;
  framework.stream_id = request.stream_id;
  framework.recovered = false;
  t.book.endpoints[request.endpoint] = framework.id;
  t.tell(framework, subscribed_event(framework.id, *t.config.info, t.config.heartbeat_interval));
  gauge_roles(t, framework);
  t.framework_changed(framework);
}

void subscribe_new(turn& t, const subscribe_request& request, framework_id id, FrameworkInfo info,
                   std::set<std::string> suppressed) {
  auto& framework = t.book.frameworks[id];
  framework.suppressed = std::move(suppressed);
  add(t, id, std::move(info), true);
  t.info("framework subscribed", {{"framework", id.value()},
                                  {"name", framework.info->name()},
                                  {"principal", framework.info->principal()}});
  welcome(t, framework, request);
}

/// Changes a known framework to `info`: its own entry, the allocator, offers of roles it has left.
void apply(turn& t, framework_entry& framework, FrameworkInfo info,
           std::set<std::string> suppressed) {
  keep_fixed_fields(t, framework, info);
  set_info(t, framework, std::move(info));
  framework.suppressed = std::move(suppressed);
  rescind_if(t, framework, [&](const offer_entry& offer) {
    return !framework.traits.roles.contains(offer.role);
  });
  t.tell_allocator(
      update_framework{framework.id, options_of(framework.traits, framework.suppressed)});
}

void resubscribe(turn& t, framework_entry& framework, const subscribe_request& request,
                 FrameworkInfo info, std::set<std::string> suppressed) {
  t.info("framework subscribed again", {{"framework", framework.id.value()},
                                        {"name", info.name()},
                                        {"takeover", framework.connected()}});
  t.book.timers.disarm(timer::framework_failover, framework.id.value());
  if (framework.connected()) {
    t.tell(framework, error_event("Framework failed over"));
    t.close(framework.endpoint, "framework failed over");
    framework.endpoint = 0;
    take_back_all(t, framework);
    take_back_inverse_offers(t, framework);
    // The scheduler that comes knows nothing of what the older one declined.
    t.tell_allocator(deactivate_framework{framework.id});
  }
  apply(t, framework, std::move(info), std::move(suppressed));
  framework.reregistered = t.now.wall;
  welcome(t, framework, request);
  t.tell_allocator(activate_framework{framework.id});
  tell_agents(t, framework);
}

api_answer refuse(turn& t, const subscribe_request& request, const std::string& reason) {
  t.warning("subscription refused",
            {{"name", request.call->subscribe().framework_info().name()}, {"reason", reason}});
  t.out.push_back(effect::send_event{request.endpoint,
                                     std::make_shared<const scheduler_event>(error_event(reason))});
  t.close(request.endpoint, reason);
  return {200, "", nullptr};
}

void arm_failover(turn& t, const framework_entry& framework) {
  // 100 years are for ever; more could not be added to the clock.
  auto seconds = std::min(framework.info->failover_timeout(), 100.0 * 365 * 86400);
  auto wait = std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(std::max(seconds, 0.0)));
  t.book.timers.arm(timer::framework_failover, framework.id.value(), t.now.steady + wait);
}

/// The roles a REVIVE or SUPPRESS is about; nothing when one of them is wrong.
std::optional<std::set<std::string>> own_roles(turn& t, const framework_entry& framework,
                                               std::set<std::string> roles, const char* call) {
  if (roles.empty())
    return framework.traits.roles;
  for (const auto& role : roles) {
    if (!role_fault(role) && framework.traits.roles.contains(role))
      continue;
    t.warning("call dropped: not a role of the framework",
              {{"call", call}, {"framework", framework.id.value()}, {"role", role}});
    return std::nullopt;
  }
  return roles;
}

} // namespace

api_answer subscribe(turn& t, const subscribe_request& request) {
  FrameworkInfo info = request.call->subscribe().framework_info();
  auto suppressed = to_set(request.call->subscribe().suppressed_roles());
  if (!request.principal.empty()) {
    if (info.has_principal() && info.principal() != request.principal)
      return {400,
              "Authenticated principal '" + request.principal + "' does not match principal '" +
                  info.principal() + "' set in `FrameworkInfo`",
              nullptr};
    info.set_principal(request.principal);
  }
  framework_id id{info.id().value()};
  t.count(id.empty() ? counter{"master/messages_register_framework"}
                     : counter{"master/messages_reregister_framework"});
  if (auto why = refusal(t, info, suppressed))
    return refuse(t, request, *why);
  if (id.empty())
    subscribe_new(t, request, next_id(t), std::move(info), std::move(suppressed));
  else if (auto* known = t.book.find(id))
    resubscribe(t, *known, request, std::move(info), std::move(suppressed));
  else
    subscribe_new(t, request, id, std::move(info), std::move(suppressed));
  auto& framework = t.book.frameworks.at(t.book.endpoints.at(request.endpoint));
  framework.counts.call(mesos::v1::scheduler::Call::SUBSCRIBE);
  return {200, "", nullptr};
}

api_answer update(turn& t, framework_entry& framework, const FrameworkInfo& wanted,
                  std::set<std::string> suppressed) {
  if (auto why = refusal(t, wanted, suppressed))
    return {400, "'UpdateFramework.framework_info' is not valid: " + *why, nullptr};
  apply(t, framework, wanted, std::move(suppressed));
  gauge_roles(t, framework);
  t.framework_changed(framework);
  tell_agents(t, framework);
  return {200, "", nullptr};
}

void disconnect(turn& t, framework_entry& framework) {
  t.info("framework disconnected", {{"framework", framework.id.value()},
                                    {"failover_timeout", framework.info->failover_timeout()}});
  t.book.endpoints.erase(framework.endpoint);
  framework.endpoint = 0;
  framework.stream_id.clear();
  t.tell_allocator(deactivate_framework{framework.id});
  take_back_all(t, framework);
  take_back_inverse_offers(t, framework);
  if (framework.info->failover_timeout() <= 0) {
    remove(t, framework.id, "disconnected without a failover timeout");
    return;
  }
  t.framework_changed(framework);
  arm_failover(t, framework);
}

void remove(turn& t, framework_id id, const std::string& reason) {
  auto& framework = t.book.frameworks.at(id);
  t.info("framework removed", {{"framework", id.value()}, {"reason", reason}});
  t.book.timers.disarm(timer::framework_failover, id.value());
  if (framework.connected()) {
    t.close(framework.endpoint, reason);
    framework.endpoint = 0;
    t.tell_allocator(deactivate_framework{id});
  }
  take_back_all(t, framework);
  take_back_inverse_offers(t, framework);
  forget_answers_of(t, id);
  link::ToAgent record;
  record.mutable_shutdown_framework()->mutable_framework_id()->set_value(id.value());
  for (const auto& [agent_number, agent] : t.book.agents)
    t.tell(agent, record);
  drop_all_tasks(t, framework);
  t.tell_allocator(remove_framework{id});
  t.gauge(framework, "subscribed", 0);
  publish_counts(t.book.metrics, framework);

  auto view = std::make_shared<framework_view>(*view_of(framework));
  view->unregistered = t.now.wall;
  t.changed(delta::framework_completed{view});
  completed_framework rest{view, std::move(framework.unreachable_tasks),
                           std::move(framework.completed_tasks)};
  t.book.frameworks.erase(id);
  auto forgotten =
      t.book.completed_frameworks.put(id, std::move(rest), t.config.keep.completed_frameworks);
  for (const auto& old : forgotten)
    t.book.metrics.forget(metric_prefix(*old.view->info, old.view->id));
}

framework_entry& recover(turn& t, const FrameworkInfo& info) {
  framework_id id{info.id().value()};
  t.info("framework recovered from an agent", {{"framework", id.value()}, {"name", info.name()}});
  auto& framework = add(t, id, info, false);
  framework.recovered = true;
  t.framework_changed(framework);
  return framework;
}

void revive(turn& t, framework_entry& framework, std::set<std::string> roles) {
  auto affected = own_roles(t, framework, std::move(roles), "REVIVE");
  if (!affected)
    return;
  for (const auto& role : *affected)
    framework.suppressed.erase(role);
  gauge_roles(t, framework);
  t.tell_allocator(revive_offers{framework.id, std::move(*affected)});
}

void suppress(turn& t, framework_entry& framework, std::set<std::string> roles) {
  auto affected = own_roles(t, framework, std::move(roles), "SUPPRESS");
  if (!affected)
    return;
  framework.suppressed.insert(affected->begin(), affected->end());
  gauge_roles(t, framework);
  t.tell_allocator(suppress_offers{framework.id, std::move(*affected)});
}

} // namespace troupe::master
