#include "master/wire_texts.hpp"

#include "model/ids.hpp"
#include "model/roles.hpp"

#include <algorithm>

namespace troupe::master {

std::optional<std::string> id_fault(const std::string& id) {
  if (!check_id(id))
    return std::nullopt;
  if (id.empty())
    return "ID must not be empty";
  if (id.size() > 255)
    return "ID must not be greater than 255 characters";
  if (id == "." || id == "..")
    return "'" + id + "' is disallowed";
  return "'" + id + "' contains invalid characters";
}

std::optional<std::string> role_fault(const std::string& role) {
  auto reason = check_role(role);
  if (!reason)
    return std::nullopt;
  if (role.empty())
    return "Empty role name is invalid";
  if (role.front() == '/')
    return "Role '" + role + "' cannot start with a slash";
  if (role.back() == '/')
    return "Role '" + role + "' cannot end with a slash";
  if (role.find("//") != std::string::npos)
    return "Role '" + role + "' cannot contain two adjacent slashes";
  for (std::size_t begin = 0; begin <= role.size();) {
    auto end = std::min(role.find('/', begin), role.size());
    auto part = role.substr(begin, end - begin);
    if (part == "." || part == ".." || part == "*")
      return "Role '" + role + "' cannot include '" + part + "' as a component";
    if (part.front() == '-')
      return "Role component '" + part + "' is invalid because it begins with a dash";
    begin = end + 1;
  }
  return "Role '" + role + "' is invalid: " + *reason;
}

} // namespace troupe::master
