/// The registrar keeps the registry: what must survive the master. Nothing is confirmed before it is stored.
///
///   master ──load_registry──▶ registrar ──fetch──▶ store
///   master ──registry_change▶ registrar ──put────▶ store      (changes that wait are stored together)
#pragma once

#include "protocol/base.hpp"
#include "protocol/quota.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <variant>
#include <vector>

namespace troupe::stored {
class Maintenance;
}

namespace troupe {

/// The registry's content, decoded.
struct registry {
  std::map<agent_id, agent_info_ptr> admitted;
  std::map<agent_id, std::int64_t> unreachable; ///< nanoseconds since the epoch
  std::map<agent_id, std::int64_t> gone;
  role_quotas quotas;
  role_weights weights;
  shared<stored::Maintenance> maintenance; ///< null when nothing was ever planned
  std::string leader;                      ///< id of the last leading master
};

namespace registry_op {
struct admit {
  agent_id agent;
  agent_info_ptr info;
};
struct mark_unreachable {
  agent_id agent;
  std::int64_t since = 0;
};
/// Back from unreachable or unknown.
struct mark_reachable {
  agent_id agent;
  agent_info_ptr info;
};
struct update {
  agent_id agent;
  agent_info_ptr info;
};
struct remove {
  agent_id agent;
};
/// Replaces the quotas of these roles, all or none; an empty optional removes one.
struct change_quotas {
  std::map<std::string, std::optional<role_quota>> quotas;
};
/// Replaces the weights of these roles.
struct change_weights {
  role_weights weights;
};
/// Replaces what is planned, and which machines are down.
struct change_maintenance {
  shared<stored::Maintenance> plan;
};
} // namespace registry_op

using registry_operation =
    std::variant<registry_op::admit, registry_op::mark_unreachable, registry_op::mark_reachable,
                 registry_op::update, registry_op::remove, registry_op::change_quotas,
                 registry_op::change_weights, registry_op::change_maintenance>;

/// Read the registry and write `leader` into it. An error means that the master must not lead.
struct load_registry {
  std::string leader;
};

/// All of them or none. Answered once stored. An error (store failed, timed out, another master wrote) means that the master
/// must stop; a change that finds the registry already as wanted is answered like any other.
struct registry_change {
  std::vector<registry_operation> operations;
};

struct registry_stored {};

using registrar_actor = caf::typed_actor<caf::replies_to<load_registry>::with<shared<registry>>,
                                         caf::replies_to<registry_change>::with<registry_stored>>;

} // namespace troupe

TROUPE_MESSAGE(troupe::load_registry)
TROUPE_MESSAGE(troupe::registry_change)
TROUPE_MESSAGE(troupe::registry_stored)
