/// What an ACCEPT works with: the resources of its offers, less what its operations have used.
#pragma once

#include "master/turn.hpp"

#include <mesos/v1/mesos.pb.h>

#include <string>

namespace troupe::master {

struct grant {
  framework_entry& framework;
  agent_entry& agent;
  std::string role;
  resources offered; ///< all of it, as it was
  resources left;    ///< for the operations that follow
  resources held;    ///< converted, but not for use in the same ACCEPT
};

/// RESERVE, UNRESERVE, CREATE, DESTROY, GROW_VOLUME, SHRINK_VOLUME: what is left changes its form,
/// and with it the agent's total. Other operations than these, and invalid ones, are dropped.
void convert(turn& t, grant& g, const mesos::v1::Offer::Operation& operation);

/// An operation that changes resources fails: logged, and told to the framework if it asked for
/// feedback. `agent` may be empty.
void drop_operation(turn& t, framework_entry& framework,
                    const mesos::v1::Offer::Operation& operation, const agent_id& agent,
                    const std::string& message);

/// What is over goes back: with the filter what was offered like this, without one what an
/// operation has made of it, so that it comes again soon.
void return_rest(turn& t, const grant& g, const mesos::v1::Filters& filters);

/// The operation's name as metrics have it: "grow_volume".
std::string operation_word(const mesos::v1::Offer::Operation& operation);

} // namespace troupe::master
