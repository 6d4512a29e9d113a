/// Weights of roles: a role with twice the weight of its sibling is due twice as much.
#pragma once

#include "master/turn.hpp"

namespace mesos::v1 {
class WeightInfo;
}

namespace troupe::master {

/// UPDATE_WEIGHTS. Nothing when the answer follows once the weights are stored.
std::optional<api_answer>
update_weights(turn& t, const google::protobuf::RepeatedPtrField<mesos::v1::WeightInfo>& wanted,
               request_id request);

/// They are stored. Offers were made by the old weights: if a role with frameworks is affected, all
/// of them are withdrawn.
void put_weights_in_force(turn& t, const registry_op::change_weights& change);

} // namespace troupe::master
