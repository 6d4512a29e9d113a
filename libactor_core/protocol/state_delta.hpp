/// The master's numbered stream of changes, from which every read is served.
///
///   HTTP thread ──read──▶ replica ◀──state_delta, state_snapshot── master
///
/// Each delta carries one entity whole, in a shared immutable form. A replica that starts, or sees a gap,
/// asks with `attach_replica` and gets a snapshot: the list of deltas that builds the present state.
#pragma once

#include "protocol/base.hpp"
#include "protocol/quota.hpp"

#include "model/resources.hpp"
#include "model/time.hpp"
#include "wire/packed_task.hpp"

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace troupe::stored {
class Maintenance;
}

namespace troupe {

/// A registered agent.
struct agent_view {
  agent_id id;
  agent_info_ptr info; ///< hostname, port, attributes, domain
  std::string pid;     ///< "slave(1)@ip:port"
  std::string version;
  std::vector<std::string> capabilities;
  resources total;
  wall_time registered{};
  std::optional<wall_time> reregistered;
  bool active = true; ///< connected
};

/// An agent known from the registry that has not come back yet.
struct recovered_agent_view {
  agent_id id;
  agent_info_ptr info;
};

/// A framework, registered or recovered.
struct framework_view {
  framework_id id;
  framework_info_ptr info;
  bool active = false;
  bool connected = false;
  bool recovered = false;
  wall_time registered{};
  std::optional<wall_time> reregistered;
  std::optional<wall_time> unregistered;
};

/// An executor supplied by a framework that runs on an agent.
struct executor_view {
  framework_id framework;
  agent_id agent;
  executor_info_ptr info;
};

/// The master itself; changes when it is elected or recovers.
struct master_view {
  master_id id;
  shared<mesos::v1::MasterInfo> info;
  wall_time started{};
  std::optional<wall_time> elected;
  std::uint64_t unreachable_agents = 0;
};

namespace delta {
struct master_changed {
  shared<master_view> master;
};
struct agent_changed {
  shared<agent_view> agent;
};
/// What was answered to inverse offers of it is forgotten, too.
struct agent_removed {
  agent_id agent;
};
struct agent_recovered {
  shared<recovered_agent_view> agent;
};
struct recovered_agent_removed {
  agent_id agent;
};
struct framework_changed {
  shared<framework_view> framework;
};
/// Its tasks and executors are gone too; it moves to the bounded list of completed frameworks.
struct framework_completed {
  shared<framework_view> framework;
};
/// A task that is pending, active or terminal but not yet acknowledged. Its resources count as used while
/// its state is not terminal.
struct task_changed {
  packed_task_ptr task;
};
/// The task moved to the framework's bounded list of completed tasks.
struct task_completed {
  packed_task_ptr task;
};
/// The task moved to the framework's bounded list of unreachable tasks.
struct task_unreachable {
  packed_task_ptr task;
};
struct executor_added {
  shared<executor_view> executor;
};
struct executor_removed {
  framework_id framework;
  agent_id agent;
  executor_id executor;
};
struct offer_added {
  offer_ptr offer;
};
struct offer_removed {
  offer_id offer;
};
struct inverse_offer_added {
  inverse_offer_ptr offer;
};
struct inverse_offer_removed {
  offer_id offer;
};
/// How frameworks have answered inverse offers of the agent, by framework; all that are remembered.
struct inverse_answers_changed {
  agent_id agent;
  std::string hostname;
  std::string ip;
  std::vector<shared<mesos::v1::allocator::InverseOfferStatus>> answers;
};
/// An operator set the role's quota, or removed it: then there is none.
struct quota_changed {
  std::string role;
  shared<role_quota> quota;
};
struct weight_changed {
  std::string role;
  double weight = 1;
};
/// What is planned, and which machines are down.
struct maintenance_changed {
  shared<stored::Maintenance> plan;
};
} // namespace delta

using state_change =
    std::variant<delta::master_changed, delta::agent_changed, delta::agent_removed,
                 delta::agent_recovered, delta::recovered_agent_removed, delta::framework_changed,
                 delta::framework_completed, delta::task_changed, delta::task_completed,
                 delta::task_unreachable, delta::executor_added, delta::executor_removed,
                 delta::offer_added, delta::offer_removed, delta::inverse_offer_added,
                 delta::inverse_offer_removed, delta::inverse_answers_changed, delta::quota_changed,
                 delta::weight_changed, delta::maintenance_changed>;

/// Changes that belong together, applied as one: `number` is one more than the delta before.
struct state_delta {
  std::uint64_t number = 0;
  shared<std::vector<state_change>> changes;
};

/// The whole state at `number`; replaces what the replica has.
struct state_snapshot {
  std::uint64_t number = 0;
  shared<std::vector<state_change>> changes;
};

/// What the master feeds.
using state_listener_actor =
    caf::typed_actor<caf::reacts_to<state_delta>, caf::reacts_to<state_snapshot>>;

} // namespace troupe

TROUPE_MESSAGE(troupe::state_delta)
TROUPE_MESSAGE(troupe::state_snapshot)
