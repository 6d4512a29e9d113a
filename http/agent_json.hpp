/// The agent's own endpoints as JSON: pure rendering of its immutable view.
#pragma once

#include "protocol/agent.hpp"

#include <map>
#include <optional>
#include <string>

namespace troupe::http {

/// What is fixed for the life of an agent process.
struct agent_json_config {
  std::map<std::string, std::string> flags;
  std::optional<std::string> log_dir;
  std::optional<std::string> external_log_file;
  std::vector<std::string> capabilities;
};

/// Body of the agent's `/state`.
std::string agent_state_json(const agent_state_view& view, const agent_json_config& config);

/// Body of `/containers`: only executors' containers; `only` picks one by its id.
std::string containers_json(const agent_state_view& view, const usage_list& usage,
                            const std::optional<std::string>& only);

/// Body of `/monitor/statistics`.
std::string statistics_json(const agent_state_view& view, const usage_list& usage);

} // namespace troupe::http
