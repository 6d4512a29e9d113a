/// What the runtime directory remembers of each container, so that a new agent finds the old one's.
///
///   <runtime_dir>/containers/<cid>/pid                     init's identity, written before the go-ahead
///   <runtime_dir>/containers/<cid>/status                  raw wait status, written by init
///   <runtime_dir>/containers/<cid>/containers/<child>/...  nested ones
#pragma once

#include "isolators/process.hpp"
#include "model/ids.hpp"
#include "model/outcome.hpp"

#include <optional>
#include <string>
#include <vector>

namespace troupe::isolators {

/// A nested container's id is its parent's and its own, joined by a dot.
[[nodiscard]] std::string runtime_directory(const std::string& runtime_dir, const container_id& id);

[[nodiscard]] inline std::string pid_path(const std::string& directory) {
  return directory + "/pid";
}
[[nodiscard]] inline std::string status_path(const std::string& directory) {
  return directory + "/status";
}

/// The recorded raw wait status; nothing when there is none. `directory` is the container's own.
[[nodiscard]] std::optional<int> read_status(const std::string& directory);

/// One container that a former agent launched.
struct container_record {
  container_id id;
  std::string directory;                    ///< its runtime directory
  std::optional<process_identity> identity; ///< nothing: the agent died before it could write it
  std::optional<int> status;
};

/// Every container of the runtime directory, parents before their children. A missing folder holds none.
[[nodiscard]] outcome<std::vector<container_record>> read_records(const std::string& runtime_dir);

} // namespace troupe::isolators
