/// What the launcher is asked to run, and its form on the way to `troupe-init`.
#pragma once

#include "isolators/file_descriptor.hpp"
#include "isolators/init_protocol.hpp"
#include "isolators/user.hpp"
#include "model/outcome.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::isolators {

struct launch_spec {
  std::string label;             ///< shown by `ps` beside troupe-init; the container's id
  std::string runtime_directory; ///< of this container, see container_record.hpp; made when missing
  std::string directory;         ///< where the command starts: the sandbox
  std::string stdout_path;
  std::string stderr_path;
  std::string executable; ///< a path if it has '/', else PATH of `environment` is searched
  std::vector<std::string> arguments; ///< argv, its first included; empty: the executable alone
  std::map<std::string, std::string> environment; ///< all of it
  std::optional<user_identity> user;              ///< nothing: as this process
  std::vector<init::resource_limit> rlimits;
  mode_t file_mask = 022;
};

/// Sealed memory file with the description. Fails on texts with NUL, an empty executable, relative paths.
[[nodiscard]] outcome<file_descriptor> describe(const launch_spec& spec);

/// One line on a failed start: the step, what it was about, why.
[[nodiscard]] std::string failure_text(const init::report& report, const launch_spec& spec);

} // namespace troupe::isolators
