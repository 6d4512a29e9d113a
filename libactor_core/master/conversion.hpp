/// What an operation makes of an agent's resources, and whether it may: the rules that hold for
/// frameworks (in ACCEPT) and for operators alike.
///
///   RESERVE   cpus:1                     ──▶ cpus(role):1
///   CREATE    disk(role):10              ──▶ disk(role)[id:path]:10
///   GROW      disk(role)[id]:10, disk:5  ──▶ disk(role)[id]:15
///   UNRESERVE, DESTROY, SHRINK: the other way round
#pragma once

#include "master/books.hpp"
#include "model/outcome.hpp"

#include <mesos/v1/mesos.pb.h>

#include <optional>
#include <string>

namespace troupe::master {

/// Who wants to convert resources of which agent.
struct conversion_place {
  const agent_entry& agent;
  /// Every volume of the agent, those that are just being made included.
  resources volumes;
  std::optional<std::string> principal;       ///< of the framework, or the authenticated operator
  const framework_entry* framework = nullptr; ///< nothing: an operator
  std::string role;                           ///< that the offers are allocated to
};

/// True for the operations that change the form of resources which the agent itself has.
bool is_conversion(const mesos::v1::Offer::Operation& operation);

/// What a valid operation does; a failure's reason is for whoever asked. Whether `before` is there
/// to be converted is for the caller to find out.
outcome<conversion> check_conversion(const conversion_place& place,
                                     const mesos::v1::Offer::Operation& operation);

} // namespace troupe::master
