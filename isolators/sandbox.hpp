/// Where containers keep their files, and the folders themselves.
///
///   executor:   <work_dir>/slaves/<agent>/frameworks/<framework>/executors/<executor>/runs/<container>
///               .../runs/latest -> <container>
///   nested:     <parent's sandbox>/containers/<container>
///   standalone: <work_dir>/containers/<container>
#pragma once

#include "isolators/user.hpp"
#include "model/ids.hpp"
#include "model/outcome.hpp"

#include <optional>
#include <string>

namespace troupe::isolators {

/// Ids that would not make one plain folder name are refused.
[[nodiscard]] outcome<std::string>
executor_sandbox(const std::string& work_dir, const agent_id& agent, const framework_id& framework,
                 const executor_id& executor, const container_id& container);
[[nodiscard]] outcome<std::string> nested_sandbox(const std::string& parent,
                                                  const std::string& child);
[[nodiscard]] outcome<std::string> standalone_sandbox(const std::string& work_dir,
                                                      const container_id& container);

/// Make the sandbox: mode 0750, owned by the user, and the folders above it, mode 0755, ours. In a folder
/// called `runs` the link `latest` is turned to it. `path` must lie below `work_dir`; a symbolic link
/// anywhere below `work_dir` is refused, since containers may write there. An existing folder is taken over.
[[nodiscard]] std::optional<failure>
create_sandbox(const std::string& work_dir, const std::string& path, const user_identity& user);

} // namespace troupe::isolators
