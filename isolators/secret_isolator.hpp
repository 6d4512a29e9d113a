/// `environment_secret`: variables of type SECRET become variables of the command. Values never reach a log.
#pragma once

#include "model/outcome.hpp"
#include "protocol/containerizer.hpp"

#include <map>
#include <string>

namespace troupe::isolators {

/// The command's secret variables with their values. Only secrets given by value can be resolved; one given
/// by reference, without content, or with a zero byte is a failure that names the variable.
[[nodiscard]] outcome<std::map<std::string, std::string>>
resolve_secrets(const mesos::v1::CommandInfo& command);

isolator_actor::behavior_type secret_isolator(isolator_actor::pointer self);

} // namespace troupe::isolators
