#include "runtime/flag_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <sstream>

namespace troupe {

namespace {

/// Pipes are fine too (`file:///dev/fd/63` of a shell).
outcome<std::string> read_file(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream content;
  // Looking ahead tells an empty file from a folder, which opens but cannot be read.
  if (file && file.peek() != std::ifstream::traits_type::eof())
    content << file.rdbuf();
  if (!file.is_open() || file.bad() || !content)
    return failure{"cannot read file " + path + ": " + std::strerror(errno)};
  return content.str();
}

flag_values::value resolve_boolean(const flag_occurrence& place, std::string& problem) {
  // An empty variable (`MESOS_QUIET=`) counts as the bare flag.
  auto text = place.value.value_or("");
  bool bare = text.empty();
  if (place.negated && place.value)
    problem = "takes no value";
  else if (!bare && text != "true" && text != "false" && text != "1" && text != "0")
    problem = "must be true or false";
  auto result =
      std::string((bare ? !place.negated : text == "true" || text == "1") ? "true" : "false");
  return {result, result, true};
}

template <class Number>
bool is_number(const std::string& text) {
  Number number{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() &&
         std::isfinite(static_cast<double>(number));
}

std::string check_kind(flag_kind kind, const std::string& text) {
  switch (kind) {
  case flag_kind::integer:
    return is_number<std::int64_t>(text) ? "" : "must be a whole number";
  case flag_kind::real:
    return is_number<double>(text) ? "" : "must be a number";
  case flag_kind::duration: {
    auto parsed = parse_duration(text);
    if (!parsed)
      return parsed.error();
    return parsed->count() < 0 ? "must not be negative" : "";
  }
  case flag_kind::bytes: {
    auto parsed = parse_bytes(text);
    return parsed ? "" : parsed.error();
  }
  case flag_kind::text_or_json:
    if (text.empty() || (text.front() != '[' && text.front() != '{'))
      return "";
    [[fallthrough]];
  case flag_kind::json:
    return nlohmann::json::accept(text) ? "" : "must be JSON, or the path of a file with JSON";
  case flag_kind::path:
    return text.empty() ? "must be a path" : "";
  case flag_kind::text:
  case flag_kind::boolean:
    break;
  }
  return "";
}

} // namespace

flag_values::value resolve_flag(const flag_spec& spec, const flag_occurrence& place,
                                std::string& problem) {
  if (spec.kind == flag_kind::boolean)
    return resolve_boolean(place, problem);
  if (!place.value) {
    problem = "needs a value: " + place.written + "=...";
    return {};
  }
  flag_values::value value{*place.value, *place.value, true};
  if (spec.kind == flag_kind::path && value.given.starts_with("file://"))
    value.text = value.given.substr(7);
  bool is_json = spec.kind == flag_kind::json || spec.kind == flag_kind::text_or_json;
  std::string path;
  if (value.given.starts_with("file://") && spec.kind != flag_kind::path)
    path = value.given.substr(7);
  else if (is_json && value.given.starts_with('/'))
    path = value.given;
  if (!path.empty()) {
    auto content = read_file(path);
    if (!content) {
      problem = content.error();
      return {};
    }
    value.text = std::move(*content);
    value.text.erase(value.text.find_last_not_of(" \t\r\n") + 1);
  }
  return value;
}

std::string check_flag(const flag_spec& spec, const std::string& text) {
  auto problem = check_kind(spec.kind, text);
  if (problem.empty() && spec.check)
    problem = spec.check(text).value_or("");
  return problem;
}

std::string describe_flag(const flag_spec& spec, const flag_occurrence& place) {
  if (!place.value)
    return place.written;
  auto value = spec.is_secret ? mask_password(*place.value) : *place.value;
  constexpr std::size_t longest = 60;
  if (value.size() > longest)
    value = value.substr(0, longest) + "...";
  std::replace(value.begin(), value.end(), '\n', ' ');
  return place.written + "=" + value;
}

} // namespace troupe
