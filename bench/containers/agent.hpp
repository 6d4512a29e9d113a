/// An agent's endpoints over real containers: the containerizer, its processes and the HTTP server
/// are the real ones; of the agent itself there is only the view that it would show.
#pragma once

#include "http/server.hpp"
#include "protocol/agent.hpp"
#include "protocol/metrics.hpp"
#include "runtime/clock.hpp"

#include <caf/all.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace troupe::bench {

/// Goes with all that is in it.
class scratch_folder {
 public:
  /// Throws std::runtime_error when it cannot be made.
  scratch_folder();
  ~scratch_folder();
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class hosted_agent {
 public:
  /// Starts `count` command tasks that sleep, each in a container of its own with the posix
  /// isolations. Throws std::runtime_error when one does not start.
  explicit hosted_agent(std::size_t count);
  /// Ends all containers and waits for their ends.
  ~hosted_agent();
  hosted_agent(const hosted_agent&) = delete;
  hosted_agent& operator=(const hosted_agent&) = delete;

  std::uint16_t port() const { return port_; }

 private:
  void launch_all(std::size_t count);

  real_clock time_;
  scratch_folder folder_; ///< sandboxes and records; outlives all that writes there
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  std::unique_ptr<caf::scoped_actor> self_; ///< hears of starts and ends
  containerizer_actor containerizer_;
  agent_actor agent_;
  metrics_actor numbers_;
  std::vector<container_id> running_;
  std::unique_ptr<http::server> server_;
  std::uint16_t port_ = 0;
};

} // namespace troupe::bench
