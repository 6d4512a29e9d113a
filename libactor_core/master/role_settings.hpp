/// Quotas and weights between the operator, the registry and the allocator: nothing counts before it
/// is stored.
#pragma once

#include "master/turn.hpp"

#include <string_view>

namespace troupe::master {

/// What the registry knows counts from the beginning; the allocator hears it before any agent.
void recover_settings(turn& t, const registry& known);

/// Stores a change; `request` is answered once it counts.
void store_settings(turn& t, registry_operation operation, request_id request);

/// A change is stored: now it counts. False when `id` is of something else.
bool settings_stored(turn& t, store_id id);

/// The quotas as they will be with this change, and all that wait for the store before it.
role_quotas with_changes(role_quotas quotas, const registry_op::change_quotas& change);

/// The role itself or one below it.
bool is_within(std::string_view role, std::string_view branch);

} // namespace troupe::master
