#include "master/agent_report.hpp"

#include "master/wire_texts.hpp"
#include "model/checkpointed.hpp"
#include "model/resource_text.hpp"
#include "wire/resource_convert.hpp"
#include "wire/task_state.hpp"

#include <algorithm>
#include <cctype>

namespace troupe::master {

namespace {

/// Digits and dots, first number at least 1.
bool version_supported(const std::string& version) {
  if (version.empty() || std::isdigit(static_cast<unsigned char>(version.front())) == 0)
    return false;
  std::size_t dots = 0;
  for (char c : version.substr(0, version.find_first_of("-+"))) {
    dots += c == '.';
    if (c != '.' && std::isdigit(static_cast<unsigned char>(c)) == 0)
      return false;
  }
  return dots >= 1 &&
         version.substr(0, version.find('.')).find_first_not_of('0') != std::string::npos;
}

/// What an agent reports without an allocation role is that of everybody.
resources with_roles(resources items) {
  if (std::all_of(items.begin(), items.end(),
                  [](const resource& item) { return item.allocation_role.has_value(); }))
    return items;
  std::vector<resource> result;
  for (auto item : items) {
    if (!item.allocation_role)
      item.allocation_role = std::string(item.reservation_role());
    result.push_back(std::move(item));
  }
  return resources{std::move(result)};
}

} // namespace

std::optional<std::string> registration_fault(const core_config& config,
                                              const link::RegisterAgent& agent,
                                              const std::string& pid) {
  if (!version_supported(agent.version()))
    return "its version '" + agent.version() + "' is older than 1.0.0 or no version";
  if (agent.agent().has_id())
    if (auto why = id_fault(agent.agent().id().value()))
      return "its id is invalid: " + *why;
  if (agent.agent().has_domain() && !config.info->has_domain())
    return "it has a fault domain but the master has none";
  if (config.require_agent_domain && !agent.agent().has_domain())
    return "it has no fault domain but the master requires one";
  if (!parse_pid(pid))
    return "its pid '" + pid + "' has not the form name@ip:port";
  if (auto total = total_of(agent); !total)
    return total.error();
  return std::nullopt;
}

namespace {

outcome<resources> total_with(const link::RegisterAgent& agent, const resources& made) {
  auto total = wire::from_proto(agent.agent().resources());
  if (!total)
    return failure{"its resources are invalid: " + total.error()};
  auto all = with_checkpointed(std::move(*total), made);
  if (!all)
    return failure{"its " + all.error()};
  return all;
}

} // namespace

outcome<resources> total_of(const link::RegisterAgent& agent) {
  auto made = wire::from_proto(agent.checkpointed_resources());
  if (!made)
    return failure{"its checkpointed resources are invalid: " + made.error()};
  return total_with(agent, *made);
}

outcome<agent_report> read_report(const to_master_ptr& record, const agent_entry* known) {
  const auto& told = record->reregister();
  auto total = known != nullptr ? total_with(told.registration(), checkpointed_part(known->total))
                                : total_of(told.registration());
  if (!total)
    return failure{total.error()};
  agent_report report{record, std::move(*total), {}, {}};
  resources all;
  report.tasks.reserve(static_cast<std::size_t>(told.tasks_size()));
  for (const auto& task : told.tasks()) {
    auto used = wire::from_proto(task.resources());
    if (!used)
      return failure{"its task " + task.task_id().value() + " is invalid: " + used.error()};
    if (!wire::is_terminal(task.state()))
      all += *used;
    report.tasks.push_back({&task, with_roles(std::move(*used))});
  }
  for (const auto& state : told.executors()) {
    auto used = wire::from_proto(state.executor().resources());
    if (!used)
      return failure{"its executor " + state.executor().executor_id().value() +
                     " is invalid: " + used.error()};
    all += *used;
    report.executors.push_back({framework_id{state.framework_id().value()}, &state.executor(),
                                with_roles(std::move(*used))});
  }
  all = all.unallocated();
  // Shared resources may be used many times over.
  if (!report.total.contains(all.non_shared()))
    return failure{"its tasks and executors use " + to_text(all) + ", more than its resources " +
                   to_text(report.total)};
  return report;
}

std::string pid_of(const link::RegisterAgent& agent, const std::string& peer) {
  if (agent.has_pid())
    return agent.pid();
  return "slave(1)@" + peer.substr(0, peer.rfind(':')) + ":" + std::to_string(agent.agent().port());
}

} // namespace troupe::master
