/// The calls of the operator API that change the master's state, each done in a file of its own.
#pragma once

#include "master/turn.hpp"

namespace mesos::v1::master {
class Call;
}

namespace troupe::master {

/// The answer, or nothing when it follows as `effect::answer` for this request.
std::optional<api_answer> perform(turn& t, const mesos::v1::master::Call& call,
                                  const std::string& principal, request_id request);

/// An operator removes a framework.
api_answer tear_down(turn& t, const framework_id& framework);

} // namespace troupe::master
