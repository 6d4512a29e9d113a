#include "daemons/troupe/tables.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <vector>

namespace troupe::cli {

namespace {

using json = nlohmann::json;
using row = std::vector<std::string>;

std::string text(const json& object, const char* key) {
  auto found = object.find(key);
  if (found == object.end() || found->is_null())
    return "-";
  if (found->is_string())
    return found->get<std::string>().empty() ? "-" : found->get<std::string>();
  if (found->is_number_float()) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%g", found->get<double>());
    return buffer;
  }
  return found->dump();
}

/// "used/total" of one resource.
std::string share(const json& agent, const char* name) {
  auto used = agent.value("used_resources", json::object());
  auto total = agent.value("resources", json::object());
  return text(used, name) + "/" + text(total, name);
}

void print(const row& head, std::vector<row> rows) {
  rows.insert(rows.begin(), head);
  std::vector<std::size_t> widths(head.size());
  for (const auto& each : rows)
    for (std::size_t i = 0; i < each.size(); ++i)
      widths[i] = std::max(widths[i], each[i].size());
  for (const auto& each : rows) {
    std::string line;
    for (std::size_t i = 0; i < each.size(); ++i) {
      line += each[i];
      if (i + 1 < each.size())
        line.append(widths[i] - each[i].size() + 2, ' ');
    }
    std::cout << line << '\n';
  }
}

void print_agents(const json& state) {
  std::vector<row> rows;
  for (const auto& agent : state.value("slaves", json::array()))
    rows.push_back({text(agent, "id"), text(agent, "hostname"),
                    agent.value("active", false) ? "active" : "disconnected", share(agent, "cpus"),
                    share(agent, "mem"), share(agent, "disk"), text(agent, "version")});
  print({"ID", "HOST", "STATE", "CPUS", "MEM", "DISK", "VERSION"}, std::move(rows));
}

void print_frameworks(const json& state) {
  std::vector<row> rows;
  for (const char* list : {"frameworks", "completed_frameworks"})
    for (const auto& framework : state.value(list, json::array())) {
      const bool completed = std::string_view(list) != "frameworks";
      const bool connected = framework.value("connected", false);
      rows.push_back({text(framework, "id"), text(framework, "name"), text(framework, "user"),
                      completed   ? "completed"
                      : connected ? "active"
                                  : "disconnected",
                      std::to_string(framework.value("tasks", json::array()).size()),
                      text(framework.value("used_resources", json::object()), "cpus"),
                      text(framework.value("used_resources", json::object()), "mem")});
    }
  print({"ID", "NAME", "USER", "STATE", "TASKS", "CPUS", "MEM"}, std::move(rows));
}

void print_tasks(const json& tasks) {
  std::vector<row> rows;
  for (const auto& task : tasks.value("tasks", json::array()))
    rows.push_back({text(task, "id"), text(task, "name"), text(task, "state"),
                    text(task, "framework_id"), text(task, "slave_id"),
                    text(task.value("resources", json::object()), "cpus"),
                    text(task.value("resources", json::object()), "mem")});
  print({"ID", "NAME", "STATE", "FRAMEWORK", "AGENT", "CPUS", "MEM"}, std::move(rows));
}

void print_state(const json& state) {
  std::size_t tasks = 0;
  for (const auto& framework : state.value("frameworks", json::array()))
    tasks += framework.value("tasks", json::array()).size();
  print({"MASTER", "VERSION", "AGENTS", "FRAMEWORKS", "TASKS"},
        {{text(state, "id"), text(state, "version"), text(state, "activated_slaves"),
          std::to_string(state.value("frameworks", json::array()).size()), std::to_string(tasks)}});
  std::cout << '\n';
  print_agents(state);
  std::cout << '\n';
  print_frameworks(state);
}

} // namespace

int print_view(const address& master, view what, bool as_json) {
  auto result = get(master, what == view::tasks ? "/tasks?limit=-1" : "/state");
  if (!result.ok()) {
    std::cerr << "troupe: "
              << (result.status != 0 ? "the master answered " + std::to_string(result.status) + ": "
                                     : "")
              << result.body << '\n';
    return 2;
  }
  auto document = json::parse(result.body, nullptr, false);
  if (!document.is_object()) {
    std::cerr << "troupe: the master's answer is not JSON\n";
    return 2;
  }
  if (as_json) {
    const char* key = what == view::agents ? "slaves" : "frameworks";
    const bool part = what == view::agents || what == view::frameworks;
    std::cout << (part ? document[key] : document).dump(2) << '\n';
    return 0;
  }
  switch (what) {
  case view::state:
    print_state(document);
    break;
  case view::agents:
    print_agents(document);
    break;
  case view::frameworks:
    print_frameworks(document);
    break;
  case view::tasks:
    print_tasks(document);
    break;
  }
  return 0;
}

} // namespace troupe::cli
