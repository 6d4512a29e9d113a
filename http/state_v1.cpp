/// The model's entities in the encodings of the v1 API, once somebody asks for them.
#include "http/state_model.hpp"
#include "http/v1_entities.hpp"

#include <algorithm>

namespace troupe::http {

namespace {

/// Takes one off; false, and nothing taken, when nothing is left.
bool take_one(std::size_t& left) {
  if (left == 0)
    return false;
  --left;
  return true;
}

void take(std::size_t& left, std::size_t count) {
  left -= std::min(left, count);
}

std::size_t index(wire::media encoding) {
  return encoding == wire::media::json ? 0 : 1;
}

} // namespace

const state_model::v1_progress& state_model::v1_of(wire::media encoding) const {
  return v1_[index(encoding)];
}

state_model::v1_progress& state_model::v1_of(wire::media encoding) {
  return v1_[index(encoding)];
}

state_model::agent_form state_model::agent_form_of(wire::media encoding) {
  return encoding == wire::media::json ? v1_json : v1_protobuf;
}

bool state_model::prepare_v1(wire::media encoding, std::size_t count) {
  auto& progress = v1_of(encoding);
  if (!progress.wanted) {
    progress.wanted = true;
    for (const auto& [id, agent] : agents_)
      stale_for_v1(id);
  }
  if (!progress.ready)
    progress.ready = render_tasks(encoding, count) && render_offers(encoding, count);
  return progress.ready && render_agents(encoding, count);
}

/// Agents that changed since; these are few once all have been rendered.
bool state_model::render_agents(wire::media encoding, std::size_t& left) {
  const auto form = agent_form_of(encoding);
  auto& stale = stale_[form];
  while (!stale.empty()) {
    if (!take_one(left))
      return false;
    refresh(agents_.at(*stale.begin()), form);
    stale.erase(stale.begin());
  }
  return true;
}

/// In the order of the maps, from where it stopped: whatever came meanwhile was rendered as it came.
bool state_model::render_tasks(wire::media encoding, std::size_t& left) {
  auto& at = v1_of(encoding);
  for (auto f = frameworks_.lower_bound(at.framework); f != frameworks_.end(); ++f) {
    auto& framework = f->second;
    if (at.framework != f->first) {
      at.framework = f->first;
      at.task = {};
      render_rest(f->first, framework, encoding, left);
    }
    for (auto t = framework.tasks.upper_bound(at.task); t != framework.tasks.end(); ++t) {
      if (!take_one(left))
        return false;
      at.task = t->first;
      if (!t->second.shown.has(v1_form(encoding)))
        framework.tasks_shown.put(t->second.shown, encoding, unpacked(*t->second.task));
    }
    if (left == 0)
      return false;
  }
  for (auto& framework : completed_frameworks_) {
    render_rest(framework.view->id, framework, encoding, left);
    if (left == 0)
      return false;
  }
  return true;
}

/// The bounded lists, at once.
void state_model::render_rest(const framework_id& id, framework_entry& framework,
                              wire::media encoding, std::size_t& left) {
  const auto form = v1_form(encoding);
  for (auto* ring : {&framework.completed, &framework.unreachable})
    for (auto& each : ring->tasks)
      if (!each.shown.has(form)) {
        ring->shown.put(each.shown, encoding, unpacked(*each.task));
        take(left, 1);
      }
  for (auto& [key, executor] : framework.executors)
    if (!executor.shown.has(form)) {
      framework.executors_shown.put(executor.shown, encoding,
                                    v1_executor(id, key.first, *executor.info));
      take(left, 1);
    }
}

bool state_model::render_offers(wire::media encoding, std::size_t& left) {
  for (auto& [id, entry] : offers_) {
    if (entry.shown.has(v1_form(encoding)))
      continue;
    if (!take_one(left))
      return false;
    auto& framework = frameworks_.at(entry.framework);
    framework.offers_shown.put(entry.shown, encoding, *entry.offer);
  }
  return true;
}

void state_model::forget_v1(wire::media encoding) {
  if (!is_wanted(encoding))
    return;
  const auto form = v1_form(encoding);
  auto forget = [&](framework_entry& framework) {
    for (auto& [id, task] : framework.tasks)
      task.shown[form] = fragment_pages::none;
    framework.tasks_shown.clear(encoding);
    for (auto* ring : {&framework.completed, &framework.unreachable}) {
      for (auto& each : ring->tasks)
        each.shown[form] = fragment_pages::none;
      ring->shown.clear(encoding);
    }
    for (auto& [key, executor] : framework.executors)
      executor.shown[form] = fragment_pages::none;
    framework.executors_shown.clear(encoding);
    framework.offers_shown.clear(encoding);
    framework.v1[index(encoding)] = nullptr;
  };
  for (auto& [id, framework] : frameworks_)
    forget(framework);
  std::for_each(completed_frameworks_.begin(), completed_frameworks_.end(), forget);
  for (auto& [id, entry] : offers_)
    entry.shown[form] = fragment_pages::none;
  for (auto& [id, agent] : agents_)
    agent.json[agent_form_of(encoding)] = fragment_pages::none;
  agents_json_[agent_form_of(encoding)] = fragment_pages(encoding == wire::media::json ? "," : "");
  stale_[agent_form_of(encoding)].clear();
  recovered_v1_[index(encoding)] = nullptr;
  std::erase_if(v1_bodies_, [&](const auto& each) { return each.first.first == encoding; });
  v1_of(encoding) = {};
}

} // namespace troupe::http
