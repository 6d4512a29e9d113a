/// The registry as bytes, and what the operations do to it. Pure.
#pragma once

#include "model/outcome.hpp"
#include "protocol/registrar.hpp"

#include <troupe/registry.pb.h>

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

namespace troupe::master {

/// The registry in memory: looked up by agent and role, written back as one message. Fields that this build
/// does not know are kept.
class registry_book {
 public:
  /// Reads stored bytes; none at all is the empty registry of a new cluster.
  static outcome<registry_book> decode(const std::string& bytes);
  std::string encode() const;

  /// How many unreachable agents are remembered, and how long; what is beyond goes when the next
  /// one becomes unreachable.
  struct bounds {
    std::size_t unreachable_agents = 102400;
    std::chrono::nanoseconds unreachable_age = std::chrono::hours{14 * 24};
  };

  void set_bounds(bounds keep) { keep_ = keep; }
  void set_leader(const std::string& leader) { rest_.set_leader(leader); }
  /// Carries one operation out; false when the registry is already as wanted.
  bool apply(const registry_operation& operation);
  registry content() const;

 private:
  void prune(std::int64_t now);
  bool change(const registry_op::change_quotas& op);
  bool change(const registry_op::change_weights& op);

  bounds keep_;
  stored::Registry rest_; ///< leader and unknown fields; its lists are empty
  std::map<agent_id, stored::Agent> agents_;
  std::map<agent_id, stored::LeftAgent> unreachable_;
  std::map<agent_id, stored::LeftAgent> gone_;
  std::map<std::string, stored::RoleQuota> quotas_;
  std::map<std::string, stored::RoleWeight> weights_;
};

} // namespace troupe::master
