#include "runtime/flag_checks.hpp"

#include "model/resource_text.hpp"

#include <arpa/inet.h>

#include <charconv>
#include <cmath>
#include <fstream>
#include <set>

namespace troupe::flag_checks {

namespace {

using answer = std::optional<std::string>;

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t start = 0;;) {
    auto end = text.find(separator, start);
    parts.emplace_back(text.substr(start, end == text.npos ? text.npos : end - start));
    if (end == text.npos)
      return parts;
    start = end + 1;
  }
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  if constexpr (std::is_floating_point_v<Number>)
    if (!std::isfinite(number))
      return std::nullopt;
  return number;
}

std::string enumerate(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i)
    text += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + ("'" + words[i] + "'");
  return text;
}

bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

answer check_host_and_port(const std::string& text) {
  auto colon = text.rfind(':');
  if (colon == text.npos || colon == 0)
    return "must be host:port";
  auto number = parse_number<long>(text.substr(colon + 1));
  if (!number || *number < 1 || *number > 65535)
    return "its port must be a number from 1 to 65535";
  return std::nullopt;
}

answer check_quantity_set(const std::string& set) {
  for (const auto& part : split(set, ';')) {
    auto colon = part.find(':');
    if (colon == part.npos || colon == 0)
      return "'" + part + "' must be name:number";
    auto number = parse_number<double>(part.substr(colon + 1));
    if (!number || *number < 0)
      return "'" + part + "' must have a number that is not negative";
  }
  return std::nullopt;
}

} // namespace

flag_spec::check_function one_of(std::initializer_list<std::string> words) {
  return [words = std::vector(words)](const std::string& text) -> answer {
    return contains(words, text) ? answer{} : "must be " + enumerate(words);
  };
}

flag_spec::check_function list_of(std::initializer_list<std::string> words) {
  return [words = std::vector(words)](const std::string& text) -> answer {
    std::set<std::string> seen;
    for (const auto& part : split(text, ',')) {
      if (!contains(words, part))
        return "'" + part + "' is unknown; it must be " + enumerate(words);
      if (!seen.insert(part).second)
        return "names '" + part + "' twice";
    }
    return std::nullopt;
  };
}

flag_spec::check_function duration_between(std::string lowest, std::string highest) {
  return [=](const std::string& text) -> answer {
    auto duration = *parse_duration(text);
    if (!lowest.empty() && duration < *parse_duration(lowest))
      return "must be at least " + lowest;
    if (!highest.empty() && duration > *parse_duration(highest))
      return "must be at most " + highest;
    return std::nullopt;
  };
}

flag_spec::check_function integer_between(std::int64_t lowest, std::int64_t highest) {
  return [=](const std::string& text) -> answer {
    auto number = parse_number<std::int64_t>(text);
    if (number && *number >= lowest && *number <= highest)
      return std::nullopt;
    return "must be from " + std::to_string(lowest) + " to " + std::to_string(highest);
  };
}

flag_spec::check_function real_between(double lowest, double highest) {
  return [=](const std::string& text) -> answer {
    auto number = parse_number<double>(text);
    if (number && *number >= lowest && *number <= highest)
      return std::nullopt;
    char limits[64];
    std::snprintf(limits, sizeof limits, "must be from %g to %g", lowest, highest);
    return std::string(limits);
  };
}

flag_spec::check_function port() {
  return integer_between(1, 65535);
}

flag_spec::check_function port_or_any() {
  return integer_between(0, 65535);
}

flag_spec::check_function ipv4() {
  return [](const std::string& text) -> answer {
    in_addr address{};
    if (inet_pton(AF_INET, text.c_str(), &address) == 1)
      return std::nullopt;
    return "must be an IPv4 address such as 192.168.1.7";
  };
}

flag_spec::check_function percentage() {
  return [](const std::string& text) -> answer {
    if (text.ends_with('%')) {
      auto number = parse_number<double>(std::string_view(text).substr(0, text.size() - 1));
      if (number && *number >= 0 && *number <= 100)
        return std::nullopt;
    }
    return "must be a percentage from 0% to 100%";
  };
}

flag_spec::check_function rate() {
  return [](const std::string& text) -> answer {
    auto parts = split(text, '/');
    auto number = parse_number<double>(parts.front());
    if (parts.size() == 2 && number && *number > 0)
      if (auto per = parse_duration(parts[1]); per && per->count() > 0)
        return std::nullopt;
    return "must be number/duration such as 1/10mins";
  };
}

flag_spec::check_function weights() {
  return [](const std::string& text) -> answer {
    std::set<std::string> seen;
    for (const auto& part : split(text, ',')) {
      auto equals = part.find('=');
      if (equals == part.npos)
        return "'" + part + "' must be role=weight";
      auto role = part.substr(0, equals);
      if (auto problem = check_role(role))
        return "role '" + role + "' " + *problem;
      auto weight = parse_number<double>(part.substr(equals + 1));
      if (!weight || *weight <= 0)
        return "'" + part + "' must have a weight above 0";
      if (!seen.insert(role).second)
        return "names role '" + role + "' twice";
    }
    return std::nullopt;
  };
}

flag_spec::check_function roles() {
  return [](const std::string& text) -> answer {
    for (const auto& role : split(text, ','))
      if (auto problem = check_role(role))
        return "role '" + role + "' " + *problem;
    return std::nullopt;
  };
}

flag_spec::check_function quantity_sets() {
  return [](const std::string& text) -> answer {
    if (text.empty())
      return std::nullopt;
    for (const auto& set : split(text, '|'))
      if (auto problem = check_quantity_set(set))
        return problem;
    return std::nullopt;
  };
}

flag_spec::check_function resources() {
  return [](const std::string& text) -> answer {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first != text.npos && text[first] == '[')
      return std::nullopt;
    auto parsed = parse_resource_list(text);
    return parsed ? answer{} : parsed.error();
  };
}

flag_spec::check_function attributes() {
  return [](const std::string& text) -> answer {
    auto parsed = parse_attributes(text);
    return parsed ? answer{} : parsed.error();
  };
}

flag_spec::check_function host_and_port() {
  return check_host_and_port;
}

flag_spec::check_function master_address() {
  return [](const std::string& text) -> answer {
    if (text.starts_with("zk://"))
      return text.find('/', 5) == text.npos ? answer{"must have a path: zk://host:port/path"}
                                            : answer{};
    return check_host_and_port(text);
  };
}

flag_spec::check_function absolute_path() {
  return [](const std::string& text) -> answer {
    return text.starts_with('/') ? answer{} : answer{"must be an absolute path"};
  };
}

flag_spec::check_function readable_file() {
  return [](const std::string& text) -> answer {
    auto path = text.starts_with("file://") ? text.substr(7) : text;
    if (std::ifstream file(path); file.good() && file.peek() != std::ifstream::traits_type::eof())
      return std::nullopt;
    return "file " + path + " cannot be read or is empty";
  };
}

} // namespace troupe::flag_checks
