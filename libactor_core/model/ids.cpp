#include "model/ids.hpp"

#include <algorithm>

namespace troupe {

namespace {

bool is_control(char c) {
  auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

} // namespace

std::optional<std::string> check_id(std::string_view id) {
  if (id.empty())
    return "an id must not be empty";
  if (id.size() > 255)
    return "an id must not be longer than 255 bytes, this one has " + std::to_string(id.size());
  if (id == "." || id == "..")
    return "'" + std::string(id) + "' is not allowed as an id";
  if (std::any_of(id.begin(), id.end(), is_control))
    return "an id must not contain control characters";
  if (id.find_first_of("/\\") != std::string_view::npos)
    return "id '" + std::string(id) + "' must not contain '/' or '\\'";
  return std::nullopt;
}

std::optional<std::string> check_container_id(std::string_view id) {
  if (auto reason = check_id(id))
    return reason;
  if (id.size() > 242)
    return "a container id must not be longer than 242 bytes, this one has " +
           std::to_string(id.size());
  if (id.find_first_of(". ") != std::string_view::npos)
    return "container id '" + std::string(id) + "' must not contain '.' or a space";
  return std::nullopt;
}

} // namespace troupe
