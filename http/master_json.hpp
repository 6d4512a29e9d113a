/// The v0 endpoints' JSON of what only a master shows, or shows differently: its agents and
/// frameworks.
#pragma once

#include "http/json_object.hpp"
#include "http/resource_sum.hpp"
#include "protocol/state_delta.hpp"

#include <string>

namespace troupe::http {

/// `id` to `capabilities` of an agent object.
void append_agent_members(json_object& object, const agent_view& view, const resources& used,
                          const resources& offered);

/// The `…_resources_full` that `/slaves` has on top of them.
void append_full_members(json_object& object, const agent_view& view, const resources& used,
                         const resources& offered);

/// `id` to `recovered`: what `/state-summary` and `/state` both show of a framework.
void append_framework_summary(json_object& object, const framework_view& view,
                              const resource_sum& used, const resource_sum& offered);

/// What `/state` shows beyond that, but for its lists of entities.
void append_framework_rest(json_object& object, const framework_view& view,
                           const resource_sum& used, const resource_sum& offered);

void append_recovered_agent(std::string& out, const recovered_agent_view& view);

/// From `start_time` to `leader_info`; `agents`, `active`: registered ones and those connected.
void append_master_members(json_object& object, const master_view& master, std::size_t agents,
                           std::size_t active);

} // namespace troupe::http
