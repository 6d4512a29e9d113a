/// Checks of ids and roles with the very texts that clients of this protocol have always been
/// given.
#pragma once

#include <optional>
#include <string>

namespace troupe::master {

/// Why `id` can't be the id of a task, executor, framework or agent.
std::optional<std::string> id_fault(const std::string& id);
/// Why `role` is no role.
std::optional<std::string> role_fault(const std::string& role);

} // namespace troupe::master
