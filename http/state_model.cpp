#include "http/state_model.hpp"

#include "http/entity_json.hpp"
#include "http/json_object.hpp"
#include "http/v1_entities.hpp"
#include "wire/resource_convert.hpp"

#include <mesos/v1/mesos.pb.h>

namespace troupe::http {

namespace {

/// Resources that the master put into a message: it made them, so they parse.
resources read(const wire::resource_list& list) {
  auto value = wire::from_proto(list);
  return value ? std::move(*value) : resources{};
}

} // namespace

bool state_model::apply(const state_delta& delta, const watcher& before) {
  if (delta.number <= number_)
    return true; // contained in the snapshot already
  if (delta.number != number_ + 1)
    return false;
  number_ = delta.number;
  bodies_ = {};
  v1_bodies_.clear();
  recent_.begin(number_);
  for (const auto& each : *delta.changes) {
    if (before)
      before(each);
    change(each);
  }
  return true;
}

void state_model::reset(const state_snapshot& snapshot) {
  *this = state_model(std::move(config_));
  number_ = snapshot.number;
  for (const auto& each : *snapshot.changes)
    change(each);
  recent_.restart(number_);
}

std::string state_model::tag() const {
  constexpr std::size_t enough = 8; // of a random id
  auto text = std::to_string(number_);
  if (master_)
    text += "-" + master_->id.value().substr(0, enough);
  return text;
}

void state_model::change(const state_change& change) {
  roles_.apply(change);
  std::visit([this](const auto& each) { on(each); }, change);
  maintenance_.apply(change); // last: whose an inverse offer is, it knows until then
}

void state_model::touch(const agent_id& id, std::initializer_list<agent_form> which) {
  if (agents_.find(id) == agents_.end())
    return;
  for (auto form : which)
    stale_[form].insert(id);
  if (which.size() == 1)
    return; // what a framework's tasks there look like: only the summary tells that
  recent_.agent(id.value());
  stale_for_v1(id);
}

void state_model::stale_for_v1(const agent_id& id) {
  for (auto [encoding, form] :
       {std::pair{wire::media::json, v1_json}, std::pair{wire::media::protobuf, v1_protobuf}})
    if (is_wanted(encoding))
      stale_[form].insert(id);
}

void state_model::on(const delta::master_changed& x) {
  master_ = x.master;
}

void state_model::on(const delta::agent_changed& x) {
  auto& agent = agents_[x.agent->id];
  active_agents_ += x.agent->active ? 1 : 0;
  active_agents_ -= agent.view && agent.view->active ? 1 : 0;
  agent.view = x.agent;
  on(delta::recovered_agent_removed{x.agent->id});
  touch(x.agent->id);
}

void state_model::on(const delta::agent_removed& x) {
  const auto found = agents_.find(x.agent);
  if (found == agents_.end())
    return;
  touch(x.agent);
  active_agents_ -= found->second.view->active ? 1 : 0;
  for (std::size_t form = 0; form < forms; ++form) {
    stale_[form].erase(x.agent);
    if (found->second.json[form] != fragment_pages::none)
      agents_json_[form].remove(found->second.json[form]);
  }
  agents_.erase(found);
}

void state_model::on(const delta::agent_recovered& x) {
  recovered_agents_[x.agent->id] = x.agent;
  recovered_v1_ = {};
}

void state_model::on(const delta::recovered_agent_removed& x) {
  if (recovered_agents_.erase(x.agent) != 0)
    recovered_v1_ = {};
}

void state_model::on(const delta::framework_changed& x) {
  framework_of(x.framework->id).view = x.framework;
}

void state_model::on(const delta::framework_completed& x) {
  auto& framework = framework_of(x.framework->id);
  framework.view = x.framework;
  while (!framework.tasks.empty())
    on(delta::task_completed{framework.tasks.begin()->second.task});
  while (!framework.executors.empty()) {
    const auto key = framework.executors.begin()->first;
    on(delta::executor_removed{x.framework->id, key.first, key.second});
  }
  while (!framework.offers.empty())
    on(delta::offer_removed{*framework.offers.begin()});
  framework.inverse_offers.clear();
  for (const auto* ring : {&framework.completed, &framework.unreachable})
    for (const auto& each : ring->tasks)
      uncount(framework, *each.task); // only tasks of registered frameworks count
  completed_frameworks_.push_back(std::move(framework));
  frameworks_.erase(x.framework->id);
  while (completed_frameworks_.size() > config_.max_completed_frameworks)
    completed_frameworks_.pop_front();
}

void state_model::on(const delta::task_changed& x) {
  auto& framework = framework_of(framework_id{std::string(x.task->framework())});
  put_task(framework, x.task);
}

void state_model::on(const delta::task_completed& x) {
  auto& framework = framework_of(framework_id{std::string(x.task->framework())});
  forget_task(framework, task_id{std::string(x.task->task())});
  keep(framework, framework.completed, x.task, config_.max_completed_tasks);
}

void state_model::on(const delta::task_unreachable& x) {
  auto& framework = framework_of(framework_id{std::string(x.task->framework())});
  forget_task(framework, task_id{std::string(x.task->task())});
  keep(framework, framework.unreachable, x.task, config_.max_unreachable_tasks);
}

void state_model::on(const delta::executor_added& x) {
  const auto& view = *x.executor;
  const executor_id id{view.info->executor_id().value()};
  on(delta::executor_removed{view.framework, view.agent, id});
  auto& framework = framework_of(view.framework);
  std::string json;
  json_object object(json);
  append_executor_members(object, *view.info, view.framework.value());
  object.text("slave_id", view.agent.value());
  object.close();
  executor_entry entry{view.info, {}, read(view.info->resources())};
  framework.executors_shown.put(entry.shown, shown_as::v0, json);
  for (auto encoding : v1_encodings)
    if (is_wanted(encoding))
      framework.executors_shown.put(entry.shown, encoding,
                                    v1_executor(view.framework, view.agent, *view.info));
  hold(framework, view.agent, entry.held, &framework_entry::used, &agent_entry::used);
  framework.executors[{view.agent, id}] = std::move(entry);
}

void state_model::on(const delta::executor_removed& x) {
  auto& framework = framework_of(x.framework);
  auto found = framework.executors.find({x.agent, x.executor});
  if (found == framework.executors.end())
    return;
  release(framework, x.agent, found->second.held, &framework_entry::used, &agent_entry::used);
  framework.executors_shown.remove(found->second.shown);
  framework.executors.erase(found);
}

void state_model::on(const delta::offer_added& x) {
  const offer_id id{x.offer->id().value()};
  on(delta::offer_removed{id});
  const framework_id owner{x.offer->framework_id().value()};
  auto& framework = framework_of(owner);
  offer_entry entry{
      owner, agent_id{x.offer->agent_id().value()}, read(x.offer->resources()), x.offer, {}};
  hold(framework, entry.agent, entry.offered, &framework_entry::offered, &agent_entry::offered);
  std::string json;
  append_offer(json, *x.offer);
  framework.offers_shown.put(entry.shown, shown_as::v0, json);
  for (auto encoding : v1_encodings)
    if (is_wanted(encoding))
      framework.offers_shown.put(entry.shown, encoding, *x.offer);
  framework.offers.insert(id);
  offers_[id] = std::move(entry);
}

void state_model::on(const delta::offer_removed& x) {
  auto found = offers_.find(x.offer);
  if (found == offers_.end())
    return;
  auto& framework = framework_of(found->second.framework);
  release(framework, found->second.agent, found->second.offered, &framework_entry::offered,
          &agent_entry::offered);
  framework.offers.erase(x.offer);
  framework.offers_shown.remove(found->second.shown);
  offers_.erase(found);
}

void state_model::on(const delta::inverse_offer_added& x) {
  auto& owner = framework_of(framework_id{x.offer->framework_id().value()});
  owner.inverse_offers[offer_id{x.offer->id().value()}] = x.offer;
}

void state_model::on(const delta::inverse_offer_removed& x) {
  const auto& open = maintenance_.inverse_offers();
  const auto found = open.find(x.offer);
  if (found == open.end())
    return;
  const framework_id owner{found->second->framework_id().value()};
  if (frameworks_.contains(owner))
    framework_of(owner).inverse_offers.erase(x.offer);
}

} // namespace troupe::http
