/// From what a framework asked for to what is executed: pure.
#pragma once

#include "isolators/fetcher.hpp"
#include "isolators/launch_spec.hpp"
#include "model/outcome.hpp"
#include "protocol/containerizer.hpp"

#include <map>
#include <string>
#include <vector>

namespace troupe::isolators {

/// `shell`: `/bin/sh -c value`; else `value` with `arguments` as its whole argv. A command without a value
/// is refused: only an image could say what to run.
[[nodiscard]] std::optional<failure> set_command(const mesos::v1::CommandInfo& command,
                                                 launch_spec& spec);

/// Later ones win: the agent's variables, MESOS_SANDBOX, the isolators', the command's own plain ones; PATH
/// gets its default when nobody sets it.
[[nodiscard]] std::map<std::string, std::string>
merge_environment(const container_spec& container,
                  const std::map<std::string, std::string>& isolators);

/// The whole launch, for a user that was looked up (nothing: as the agent).
[[nodiscard]] outcome<launch_spec> make_launch(const container_spec& container,
                                               const std::string& runtime_dir,
                                               std::optional<user_identity> user,
                                               const std::map<std::string, std::string>& isolators);

/// The command's URIs.
[[nodiscard]] std::vector<fetch_item> fetch_items(const mesos::v1::CommandInfo& command);

} // namespace troupe::isolators
