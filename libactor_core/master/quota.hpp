/// Quotas: what a role is guaranteed, and at most gets. SET_QUOTA and REMOVE_QUOTA are the calls of
/// 1.7 (the guarantee is the limit, top-level roles only), UPDATE_QUOTA the newer one with both.
#pragma once

#include "master/turn.hpp"

namespace mesos::v1::quota {
class QuotaRequest;
}
namespace mesos::v1::master {
class Call_UpdateQuota;
}

namespace troupe::master {

// Each gives nothing when the answer follows once the change is stored.

std::optional<api_answer> set_role_quota(turn& t, const mesos::v1::quota::QuotaRequest& wanted,
                                         const std::string& principal, request_id request);
std::optional<api_answer> remove_role_quota(turn& t, const std::string& role, request_id request);
std::optional<api_answer> update_quotas(turn& t, const mesos::v1::master::Call_UpdateQuota& wanted,
                                        const std::string& principal, request_id request);

/// They are stored. Offers are withdrawn as far as the new guarantees need what they hold, and those
/// of the role itself, which may be more than its limit.
void put_quotas_in_force(turn& t, const registry_op::change_quotas& change);

} // namespace troupe::master
