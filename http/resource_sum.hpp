/// What somebody holds on all agents, for showing: kept by adding and subtracting, so that a change
/// costs no visit to the other agents.
#pragma once

#include "http/entity_json.hpp"
#include "model/ids.hpp"

#include <map>

namespace troupe::http {

class resource_sum {
 public:
  void add(const agent_id& agent, const resource& held);
  void add(const agent_id& agent, const resources& held);
  /// What was added for this agent before.
  void subtract(const agent_id& agent, const resource& held);
  void subtract(const agent_id& agent, const resources& held);

  bool empty() const { return scalars_.empty() && others_.empty(); }

  /// Adds all of it to what is shown.
  void add_to(flat_resources& shown) const;

  /// All of it, with roles and reservations.
  resources total() const;

 private:
  resources scalars_;
  /// What does not simply add up: ranges and sets of different agents must not be mixed before they
  /// are shown, and a shared volume counts once.
  std::map<agent_id, resources> others_;
};

} // namespace troupe::http
