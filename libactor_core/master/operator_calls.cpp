#include "master/operator_calls.hpp"

#include "master/agent_steps.hpp"
#include "master/frameworks.hpp"
#include "master/maintenance.hpp"
#include "master/quota.hpp"
#include "master/weights.hpp"

#include <mesos/v1/master.pb.h>

namespace troupe::master {

std::optional<api_answer> perform(turn& t, const mesos::v1::master::Call& call,
                                  const std::string& principal, request_id request) {
  using mesos::v1::master::Call;
  switch (call.type()) {
  case Call::SET_QUOTA:
    return set_role_quota(t, call.set_quota().quota_request(), principal, request);
  case Call::REMOVE_QUOTA:
    return remove_role_quota(t, call.remove_quota().role(), request);
  case Call::UPDATE_QUOTA:
    return update_quotas(t, call.update_quota(), principal, request);
  case Call::UPDATE_WEIGHTS:
    return update_weights(t, call.update_weights().weight_infos(), request);
  case Call::UPDATE_MAINTENANCE_SCHEDULE:
    return update_schedule(t, call.update_maintenance_schedule().schedule(), request);
  case Call::START_MAINTENANCE:
    return start_maintenance(t, call.start_maintenance().machines(), request);
  case Call::STOP_MAINTENANCE:
    return stop_maintenance(t, call.stop_maintenance().machines(), request);
  case Call::TEARDOWN:
    return tear_down(t, framework_id{call.teardown().framework_id().value()});
  case Call::MARK_AGENT_GONE:
    return mark_gone(t, agent_id{call.mark_agent_gone().agent_id().value()}, request);
  default:
    return api_answer{501, "The call " + Call::Type_Name(call.type()) + " is not implemented",
                      nullptr};
  }
}

api_answer tear_down(turn& t, const framework_id& framework) {
  if (t.book.find(framework) == nullptr)
    return {400, "No framework found with ID " + framework.value(), nullptr};
  remove(t, framework, "torn down by an operator");
  return {200, "", nullptr};
}

} // namespace troupe::master
