#include "master/agent_resources.hpp"

#include "model/checkpointed.hpp"
#include "wire/resource_convert.hpp"

#include <mesos/v1/mesos.pb.h>
#include <troupe/link.pb.h>

#include <algorithm>

namespace troupe::master {

void convert_total(turn& t, agent_entry& agent, const conversion& change) {
  agent.total -= change.before;
  agent.total += change.after;
  t.agent_changed(agent);
  send_checkpointed(t, agent);
}

void send_checkpointed(turn& t, const agent_entry& agent) {
  link::ToAgent record;
  *record.mutable_checkpoint_resources()->mutable_resources() =
      wire::to_proto(checkpointed_part(agent.total), wire::resource_format::post_refinement);
  t.tell(agent, std::move(record));
}

resources all_volumes(const turn& t, const agent_entry& agent) {
  auto volumes = agent.total.persistent_volumes();
  for (auto id : agent.conversions)
    volumes += t.book.conversions.at(id).change.after.persistent_volumes();
  return volumes;
}

std::string place_text(const agent_entry& agent) {
  return "agent " + agent.id.value() + " at " + agent.pid + " (" + agent.info->hostname() + ")";
}

resources held_on(const turn& t, const agent_entry& agent) {
  resources held;
  for (const auto& [id, tasks] : agent.tasks)
    for (const auto& task : tasks) {
      const auto& entry = t.book.frameworks.at(id).tasks.at(task);
      if (entry.holds_resources)
        held += entry.used.unallocated();
    }
  for (const auto& id : agent.executor_frameworks)
    for (const auto& [executor, entry] : t.book.frameworks.at(id).executors.at(agent.id))
      held += entry.used.unallocated();
  return held;
}

bool any_in_use(const turn& t, const agent_entry& agent, const resources& volumes) {
  auto held = held_on(t, agent);
  return std::any_of(volumes.begin(), volumes.end(),
                     [&](const resource& x) { return held.contains(x); });
}

} // namespace troupe::master
