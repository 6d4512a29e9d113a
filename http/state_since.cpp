/// What a reader needs who has an older state.
#include "http/master_json.hpp"
#include "http/state_model.hpp"

#include <mesos/v1/mesos.pb.h>

#include <charconv>

namespace troupe::http {

namespace {

/// The number that a tag or a bare number begins with.
std::optional<std::uint64_t> number_of(const std::string& tag) {
  std::uint64_t number = 0;
  const auto* end = tag.data() + tag.size();
  auto [rest, problem] = std::from_chars(tag.data(), end, number);
  if (problem != std::errc{} || (rest != end && *rest != '-'))
    return std::nullopt;
  return number;
}

/// The part of a tag that names the master; empty of a bare number.
std::string_view master_in(const std::string& tag) {
  const auto dash = tag.find('-');
  return dash == tag.npos ? std::string_view() : std::string_view(tag).substr(dash);
}

} // namespace

/// The framework's head, the tasks that changed, each in the list where it is now, and all of its
/// offers and executors.
void state_model::append_changed(body_builder& out, framework_entry& framework,
                                 const changed_entities& changed) const {
  const auto& owner = framework.view->id.value();
  auto touched = [&](const task_entry& each) {
    return changed.tasks.count({owner, std::string(each.task->task())}) != 0;
  };
  out.add(head_of(framework));
  out.add(",\"tasks\":[");
  bool first = true;
  auto add = [&](std::string_view json) {
    out.add(first ? "" : ",");
    first = false;
    out.add(json);
  };
  for (auto at = changed.tasks.lower_bound({owner, {}});
       at != changed.tasks.end() && at->first == owner; ++at)
    if (auto found = framework.tasks.find(task_id{at->second}); found != framework.tasks.end())
      add(framework.tasks_shown.v0_at(found->second.shown));
  for (auto [name, ring] : {std::pair{"],\"unreachable_tasks\":[", &framework.unreachable},
                            std::pair{"],\"completed_tasks\":[", &framework.completed}}) {
    out.add(name);
    first = true;
    for (const auto& each : ring->tasks)
      if (touched(each))
        add(ring->shown.v0_at(each.shown));
  }
  out.add("],\"offers\":[");
  framework.offers_shown.in(shown_as::v0).append_to(out);
  out.add("],\"executors\":[");
  framework.executors_shown.in(shown_as::v0).append_to(out);
  out.add("]}");
}

shared_body_ptr state_model::state_since(const std::string& tag) {
  const auto number = number_of(tag);
  // Another master's number, or one that this replica has not reached: nothing can be said.
  const auto mine = this->tag();
  const auto master = master_in(tag);
  if (!number || *number > number_ || (!master.empty() && master != master_in(mine)))
    return nullptr;
  const auto changed = recent_.since(*number);
  if (!changed)
    return nullptr;
  body_builder out;
  out.add(render_head());
  out.add(",\"since\":" + std::to_string(*number) + ",\"slaves\":[");
  std::string gone;
  bool first = true;
  for (const auto& id : changed->agents) {
    const auto found = agents_.find(agent_id{id});
    if (found == agents_.end()) {
      gone += gone.empty() ? "" : ",";
      wire::append_json_string(gone, id);
      continue;
    }
    out.add(first ? "" : ",");
    first = false;
    out.add(render(found->second, plain));
  }
  out.add("],\"removed_slaves\":[" + gone + "]," + render_recovered() + ",\"frameworks\":[");
  first = true;
  for (const auto& id : changed->frameworks) {
    const auto found = frameworks_.find(framework_id{id});
    if (found == frameworks_.end() || !found->second.view)
      continue;
    out.add(first ? "" : ",");
    first = false;
    append_changed(out, found->second, *changed);
  }
  out.add("],\"completed_frameworks\":[");
  first = true;
  for (auto& framework : completed_frameworks_) {
    if (changed->frameworks.count(framework.view->id.value()) == 0)
      continue;
    out.add(first ? "" : ",");
    first = false;
    append_framework(out, framework);
  }
  out.add("],\"orphan_tasks\":[],\"unregistered_frameworks\":[]}");
  return out.finish();
}

} // namespace troupe::http
