#include "model/roles.hpp"

#include <algorithm>

namespace troupe {

namespace {

std::optional<std::string> check_component(std::string_view part, std::string_view role) {
  auto refused = [&](const std::string& why) { return "role '" + std::string(role) + "' " + why; };
  if (part.empty())
    return refused("must not begin or end with '/' or contain '//'");
  if (part == "." || part == ".." || part == "*")
    return refused("must not have the component '" + std::string(part) + "'");
  if (part.front() == '-')
    return refused("must not have a component that begins with '-'");
  for (char c : part)
    if ((c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x7f)
      return refused("must not contain whitespace or the delete character");
  return std::nullopt;
}

} // namespace

std::optional<std::string> check_role(std::string_view role) {
  if (role == "*")
    return std::nullopt;
  if (role.empty())
    return "a role must not be empty";
  for (std::size_t begin = 0; begin <= role.size();) {
    auto end = std::min(role.find('/', begin), role.size());
    if (auto reason = check_component(role.substr(begin, end - begin), role))
      return reason;
    begin = end + 1;
  }
  return std::nullopt;
}

bool is_ancestor(std::string_view above, std::string_view role) {
  return role.size() > above.size() && role[above.size()] == '/' &&
         role.compare(0, above.size(), above) == 0;
}

} // namespace troupe
