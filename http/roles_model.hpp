/// A replica's picture of the roles: who uses them, what they hold, their quotas and weights. Fed with
/// the same changes as the state model, and pure like it.
#pragma once

#include "http/resource_sum.hpp"
#include "model/resources.hpp"
#include "protocol/state_delta.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace troupe::http {

/// A role as readers see it.
struct role_row {
  std::string name;
  double weight = 1;
  shared<role_quota> quota;          ///< null: none
  std::set<framework_id> frameworks; ///< subscribed to it, or holding something of it
  resources allocated;               ///< by tasks and executors
  resources offered;
  quantities reserved; ///< on registered agents, allocated or not
  quantities consumed; ///< of a quota: reserved, or allocated and not reserved
};

class roles_model {
 public:
  void apply(const state_change& change);

  /// Those in use (with frameworks, something held, a quota or a weight), or else those named, by name.
  std::vector<role_row> rows(const std::optional<std::set<std::string>>& only) const;

  const std::map<std::string, shared<role_quota>>& quotas() const { return quotas_; }
  const role_weights& weights() const { return weights_; }

 private:
  using holdings = std::map<framework_id, resource_sum>;

  struct role_entry {
    holdings allocated;
    holdings offered;
  };
  using kind = holdings role_entry::*;

  struct framework_entry {
    std::set<std::string> roles;
    std::map<task_id, packed_task_ptr> tasks; ///< that hold resources
    std::map<std::pair<agent_id, executor_id>, resources> executors;
  };

  struct place {
    framework_id framework;
    agent_id agent;
  };

  struct offer_entry {
    place where;
    resources offered;
  };

  struct listener;

  void put_framework(const framework_view& view);
  void drop_framework(const framework_id& id);
  void put_task(const packed_task_ptr& task);
  void drop_task(const packed_task& task);
  void put_executor(const executor_view& view);
  void drop_executor(const framework_id& framework, const agent_id& agent, const executor_id& id);
  void put_offer(const mesos::v1::Offer& offer);
  void drop_offer(const offer_id& id);
  void hold(const place& where, const resources& held, kind which);
  void release(const place& where, const resources& held, kind which);
  void drop_if_unused(const std::string& role);
  role_row row(const std::string& name) const;

  std::map<std::string, role_entry> roles_; ///< that hold something
  std::map<framework_id, framework_entry> frameworks_;
  std::map<offer_id, offer_entry> offers_;
  std::map<agent_id, std::map<std::string, quantities>> reserved_;
  std::map<std::string, shared<role_quota>> quotas_;
  role_weights weights_;
};

} // namespace troupe::http
