/// What an operator wants done to an agent's resources, and what is under way of it.
#pragma once

#include "model/ids.hpp"
#include "model/resources.hpp"
#include "wire/fwd.hpp"

#include <string>

namespace mesos::v1 {
class Offer_Operation;
}

namespace troupe::master {

struct conversion_request {
  agent_id agent;
  shared<mesos::v1::Offer_Operation> operation;
  std::string principal; ///< authenticated, or empty
};

/// `before` becomes `after`; the amounts are equal. Without allocation roles.
struct conversion {
  resources before;
  resources after;
};

/// The allocator has been asked whether what is to be converted is free.
struct pending_conversion {
  conversion_request request;
  conversion change;
  unsigned tries = 1;
};

} // namespace troupe::master
