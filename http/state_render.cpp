/// The model's bodies: texts of entities as they were rendered once, with a head and commas.
#include "http/entity_json.hpp"
#include "http/master_json.hpp"
#include "http/state_model.hpp"
#include "http/v1_entities.hpp"
#include "http/v1_message.hpp"

#include <mesos/v1/mesos.pb.h>

#include <algorithm>
#include <tuple>

namespace troupe::http {

namespace {

fragment part(std::string value) {
  return std::make_shared<const body_part>(std::move(value));
}

template <class Ids>
void append_ids(std::string& out, const Ids& ids) {
  append_json_array(out, ids, [](std::string& to, const auto& each) {
    wire::append_json_string(to, each.first->value());
  });
}

} // namespace

template <class Make>
shared_body_ptr state_model::once(body_kind kind, Make make) {
  if (!bodies_[kind]) {
    body_builder out;
    make(out);
    bodies_[kind] = out.finish();
  }
  return bodies_[kind];
}

const fragment& state_model::head_of(framework_entry& framework) {
  if (!framework.head) {
    std::string out;
    json_object object(out);
    append_framework_summary(object, *framework.view, framework.used, framework.offered);
    append_framework_rest(object, *framework.view, framework.used, framework.offered);
    framework.head = part(std::move(out));
  }
  return framework.head;
}

void state_model::append_framework(body_builder& out, framework_entry& framework) {
  out.add(head_of(framework));
  out.add(",\"tasks\":[");
  framework.tasks_shown.in(shown_as::v0).append_to(out);
  out.add("],\"unreachable_tasks\":[");
  framework.unreachable.shown.in(shown_as::v0).append_to(out);
  out.add("],\"completed_tasks\":[");
  framework.completed.shown.in(shown_as::v0).append_to(out);
  out.add("],\"offers\":[");
  framework.offers_shown.in(shown_as::v0).append_to(out);
  out.add("],\"executors\":[");
  framework.executors_shown.in(shown_as::v0).append_to(out);
  out.add("]}");
}

std::string state_model::render(const agent_entry& agent, agent_form form) const {
  if (form == v1_json || form == v1_protobuf)
    return v1_item(form == v1_json ? wire::media::json : wire::media::protobuf, v1_list::agents,
                   v1_agent(*agent.view, agent.used, agent.offered));
  std::string out;
  json_object object(out);
  append_agent_members(object, *agent.view, agent.used, agent.offered);
  if (form == full)
    append_full_members(object, *agent.view, agent.used, agent.offered);
  if (form == brief) {
    static const agent_tasks none;
    const auto found = tasks_on_.find(agent.view->id);
    const auto& tasks = found == tasks_on_.end() ? none : found->second;
    tasks.counts.append_to(object);
    append_ids(object.key("framework_ids"), tasks.frameworks);
  }
  object.close();
  return out;
}

/// The agents in this form, those that changed since somebody asked rendered anew.
void state_model::refresh(agent_entry& agent, agent_form form) {
  const auto text = render(agent, form);
  if (agent.json[form] == fragment_pages::none)
    agent.json[form] = agents_json_[form].add(text);
  else
    agents_json_[form].replace(agent.json[form], text);
}

fragment_pages& state_model::agent_pages(agent_form form) {
  for (const auto& id : stale_[form])
    refresh(agents_.at(id), form);
  stale_[form].clear();
  return agents_json_[form];
}

/// The members of `/state` before its lists, without a closing brace.
std::string state_model::render_head() const {
  std::string out;
  json_object object(out);
  append_build_info(object);
  static const master_view nobody{{}, std::make_shared<const mesos::v1::MasterInfo>(), {}, {}, 0};
  append_master_members(object, master_ ? *master_ : nobody, agents_.size(), active_agents_);
  if (config_.cluster)
    object.text("cluster", *config_.cluster);
  if (config_.log_dir)
    object.text("log_dir", *config_.log_dir);
  if (config_.external_log_file)
    object.text("external_log_file", *config_.external_log_file);
  json_object flags(object.key("flags"));
  for (const auto& [name, value] : config_.flags)
    flags.text(name, value);
  flags.close();
  return out;
}

std::string state_model::render_recovered() const {
  std::string out = "\"recovered_slaves\":";
  append_json_array(out, recovered_agents_, [](std::string& to, const auto& each) {
    append_recovered_agent(to, *each.second);
  });
  return out;
}

void state_model::append_framework_lists(body_builder& out,
                                         const std::optional<std::string>& only) {
  auto append = [&, first = true](framework_entry& framework) mutable {
    if (!framework.view || (only && framework.view->id.value() != *only))
      return;
    out.add(first ? "" : ",");
    first = false;
    append_framework(out, framework);
  };
  out.add("\"frameworks\":[");
  auto registered = append;
  for (auto& [id, framework] : frameworks_)
    registered(framework);
  out.add("],\"completed_frameworks\":[");
  for (auto& framework : completed_frameworks_)
    append(framework);
  out.add("]");
}

shared_body_ptr state_model::state() {
  return once(whole_state, [this](body_builder& out) {
    out.add(render_head());
    out.add(",\"slaves\":[");
    agent_pages(plain).append_to(out);
    out.add("]," + render_recovered() + ",");
    append_framework_lists(out, std::nullopt);
    out.add(",\"orphan_tasks\":[],\"unregistered_frameworks\":[]}");
  });
}

shared_body_ptr state_model::frameworks(const std::optional<std::string>& only) {
  auto make = [&](body_builder& out) {
    out.add("{");
    append_framework_lists(out, only);
    out.add(",\"unregistered_frameworks\":[]}");
  };
  if (!only)
    return once(all_frameworks, make);
  body_builder out;
  make(out);
  return out.finish();
}

shared_body_ptr state_model::agents(const std::optional<std::string>& only) {
  if (!only)
    return once(all_agents, [this](body_builder& out) {
      out.add("{\"slaves\":[");
      agent_pages(full).append_to(out);
      out.add("]," + render_recovered() + "}");
    });
  body_builder out;
  out.add("{\"slaves\":[");
  if (auto found = agents_.find(agent_id{*only}); found != agents_.end())
    out.add(render(found->second, full));
  out.add("]," + render_recovered() + "}");
  return out.finish();
}

std::string state_model::render_brief(framework_entry& framework) const {
  std::string out;
  json_object object(out);
  append_framework_summary(object, *framework.view, framework.used, framework.offered);
  framework.counts.append_to(object);
  object.key("slave_ids");
  return out;
}

shared_body_ptr state_model::summary() {
  return once(whole_summary, [this](body_builder& out) {
    std::string head;
    json_object object(head);
    object.text("hostname", master_ ? master_->info->hostname() : std::string());
    if (config_.cluster)
      object.text("cluster", *config_.cluster);
    object.key("slaves") += '[';
    out.add(head);
    agent_pages(brief).append_to(out);
    out.add("],\"frameworks\":[");
    bool first = true;
    for (auto& [id, framework] : frameworks_) {
      if (!framework.view)
        continue;
      out.add(first ? "" : ",");
      first = false;
      out.add(render_brief(framework));
      if (!framework.agents_json) {
        std::string ids;
        append_ids(ids, framework.agents);
        framework.agents_json = part(std::move(ids));
      }
      out.add(framework.agents_json);
      out.add("}");
    }
    out.add("]}");
  });
}

shared_body_ptr state_model::tasks(const task_query& query) {
  struct candidate {
    double first_status;
    std::size_t order; // what comes first in the books comes first among equals
    const entity_pages* pages;
    const entity_pages::place* place;
  };
  std::vector<candidate> found;
  auto look = [&](const framework_entry& framework) {
    if (!framework.view || (query.framework && framework.view->id.value() != *query.framework))
      return;
    auto take = [&](const task_entry& each, const entity_pages& pages) {
      if (!query.task || each.task->task() == *query.task)
        found.push_back({each.first_status, found.size(), &pages, &each.shown});
    };
    for (const auto& [id, each] : framework.tasks)
      take(each, framework.tasks_shown);
    for (const auto* ring : {&framework.unreachable, &framework.completed})
      for (const auto& each : ring->tasks)
        take(each, ring->shown);
  };
  for (const auto& [id, framework] : frameworks_)
    look(framework);
  std::for_each(completed_frameworks_.begin(), completed_frameworks_.end(), look);
  const auto begin = std::min(query.offset, found.size());
  const auto count = std::min(query.limit.value_or(found.size()), found.size() - begin);
  // Tasks without a status have -1: first when ascending, last when descending, as the API wants.
  const auto end = found.begin() + static_cast<std::ptrdiff_t>(begin + count);
  std::partial_sort(found.begin(), end, found.end(), [&](const auto& a, const auto& b) {
    const auto x = query.ascending ? a.first_status : -a.first_status;
    const auto y = query.ascending ? b.first_status : -b.first_status;
    return std::tie(x, a.order) < std::tie(y, b.order);
  });
  body_builder out;
  out.add("{\"tasks\":[");
  for (auto i = begin; i < begin + count; ++i) {
    out.add(i == begin ? "" : ",");
    out.add(found[i].pages->v0_at(*found[i].place));
  }
  out.add("]}");
  return out.finish();
}

} // namespace troupe::http
