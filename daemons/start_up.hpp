/// What both daemons do between their command line and their actors.
#pragma once

#include "runtime/agent_flags.hpp"
#include "runtime/master_flags.hpp"
#include "runtime/system.hpp"

#include <optional>
#include <string>

namespace troupe {

/// Where a daemon listens and what it calls itself.
struct daemon_address {
  std::string listen_ip;
  std::string advertised_ip;
  std::string hostname;
};

/// Arguments and environment of this process.
flag_sources process_flags(int argc, char** argv);

/// Prints help, version or every error; gives the exit status, or nothing when the daemon may start.
template <class Options>
std::optional<int> settle(const start_request<Options>& request, const char* program);

/// Fills in what the flags leave to be found out.
daemon_address find_address(const std::optional<std::string>& ip,
                            const std::optional<std::string>& advertise_ip,
                            const std::optional<std::string>& hostname, bool lookup);

/// The secret in the file that `--link_secret` names, without the final line feed; empty when not given.
/// Prints why and gives nothing when it cannot be read or is empty.
std::optional<std::string> read_secret(const std::optional<std::string>& path);

/// Logs the warnings and sets the log up; prints why and is false when that fails.
bool start_log(const logging_config& config, const std::vector<std::string>& warnings);

/// Stops all components. When one does not stop in time the process ends here with `status`: what was
/// acknowledged is on disk, and waiting for a hung thread would help nobody.
void stop_or_exit(caf::actor_system& system, const supervisor_actor& keeper, int status);

} // namespace troupe
