/// The calls of the operator API that convert resources of an agent.
#include "http/operator_api.hpp"

#include "http/ask.hpp"
#include "http/operation_routes.hpp"

namespace troupe::http {

using mesos::v1::Offer_Operation;
using mesos::v1::master::Call;

namespace {

/// What such a call asks for.
struct wanted_conversion {
  mesos::v1::AgentID agent;
  Offer_Operation operation;
};

wanted_conversion grow(const Call::GrowVolume& call) {
  wanted_conversion wanted{call.agent_id(), {}};
  wanted.operation.set_type(Offer_Operation::GROW_VOLUME);
  *wanted.operation.mutable_grow_volume()->mutable_volume() = call.volume();
  *wanted.operation.mutable_grow_volume()->mutable_addition() = call.addition();
  return wanted;
}

wanted_conversion shrink(const Call::ShrinkVolume& call) {
  wanted_conversion wanted{call.agent_id(), {}};
  wanted.operation.set_type(Offer_Operation::SHRINK_VOLUME);
  *wanted.operation.mutable_shrink_volume()->mutable_volume() = call.volume();
  *wanted.operation.mutable_shrink_volume()->mutable_subtract() = call.subtract();
  return wanted;
}

std::optional<wanted_conversion> read(const Call& call) {
  switch (call.type()) {
  case Call::RESERVE_RESOURCES: {
    const auto& x = call.reserve_resources();
    return wanted_conversion{x.agent_id(), make_operation(Offer_Operation::RESERVE, x.resources())};
  }
  case Call::UNRESERVE_RESOURCES: {
    const auto& x = call.unreserve_resources();
    return wanted_conversion{x.agent_id(),
                             make_operation(Offer_Operation::UNRESERVE, x.resources())};
  }
  case Call::CREATE_VOLUMES: {
    const auto& x = call.create_volumes();
    return wanted_conversion{x.agent_id(), make_operation(Offer_Operation::CREATE, x.volumes())};
  }
  case Call::DESTROY_VOLUMES: {
    const auto& x = call.destroy_volumes();
    return wanted_conversion{x.agent_id(), make_operation(Offer_Operation::DESTROY, x.volumes())};
  }
  case Call::GROW_VOLUME:
    return grow(call.grow_volume());
  case Call::SHRINK_VOLUME:
    return shrink(call.shrink_volume());
  default:
    return std::nullopt;
  }
}

} // namespace

bool convert_by_call(const operator_parts& parts, const operator_exchange& exchange) {
  auto wanted = read(*exchange.call);
  if (!wanted)
    return false;
  if (wanted->agent.value().empty()) { // optional in the messages about volumes
    exchange.respond(
        error(400, "Failed to validate master::Call: Expecting 'agent_id' to be present"));
    return true;
  }
  ask<api_answer>(
      parts.system, parts.master,
      convert_resources{agent_id{wanted->agent.value()},
                        std::make_shared<const Offer_Operation>(std::move(wanted->operation)),
                        exchange.principal},
      [exchange](const api_answer& answer) {
        exchange.respond(to_response(answer, exchange.accepted));
      },
      [exchange, &system = parts.system](const caf::error& problem) {
        exchange.respond(error(503, "The master did not answer: " + system.render(problem)));
      });
  return true;
}

} // namespace troupe::http
