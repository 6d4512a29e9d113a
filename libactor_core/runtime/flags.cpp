#include "runtime/flags.hpp"

#include "model/contract.hpp"

#include <unistd.h>

#include <charconv>

namespace troupe {

namespace {

template <class Number>
Number checked_number(const std::string& name, const std::string& text) {
  Number number{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size())
    contract_violated("flag '" + name + "' is read as a number but holds '" + text + "'");
  return number;
}

std::string trimmed(std::string_view text) {
  auto first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos)
    return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

} // namespace

flag_spec::flag_spec(std::string name, flag_kind kind, std::string help)
    : name(std::move(name))
    , kind(kind)
    , help(std::move(help)) {}

flag_spec flag_spec::otherwise(std::string text) && {
  default_text = std::move(text);
  return std::move(*this);
}

flag_spec flag_spec::otherwise_detected(std::string description) && {
  default_description = std::move(description);
  return std::move(*this);
}

flag_spec flag_spec::formerly(std::string former) && {
  deprecated_name = std::move(former);
  return std::move(*this);
}

flag_spec flag_spec::checked(check_function function) && {
  check = std::move(function);
  return std::move(*this);
}

flag_spec flag_spec::without_effect() && {
  support = flag_support::no_effect;
  return std::move(*this);
}

flag_spec flag_spec::refused(std::string reason) && {
  support = flag_support::refused;
  refusal = std::move(reason);
  return std::move(*this);
}

flag_spec flag_spec::secret() && {
  is_secret = true;
  return std::move(*this);
}

const flag_spec* flag_table::find(std::string_view name) const {
  for (const auto& group : groups)
    for (const auto& spec : group.flags)
      if (spec.name == name)
        return &spec;
  return nullptr;
}

const flag_values::value& flag_values::at(std::string_view name) const {
  auto found = values_.find(name);
  if (found == values_.end())
    contract_violated("flag '" + std::string(name) + "' is read but has no value");
  return found->second;
}

bool flag_values::given(std::string_view name) const {
  auto found = values_.find(name);
  return found != values_.end() && found->second.by_operator;
}

std::string flag_values::text(std::string_view name) const {
  return at(name).text;
}

std::optional<std::string> flag_values::find(std::string_view name) const {
  auto found = values_.find(name);
  return found == values_.end() ? std::nullopt : std::optional(found->second.text);
}

bool flag_values::boolean(std::string_view name) const {
  return at(name).text == "true";
}

std::int64_t flag_values::integer(std::string_view name) const {
  return checked_number<std::int64_t>(std::string(name), at(name).text);
}

double flag_values::real(std::string_view name) const {
  return checked_number<double>(std::string(name), at(name).text);
}

std::chrono::nanoseconds flag_values::duration(std::string_view name) const {
  auto parsed = parse_duration(at(name).text);
  if (!parsed)
    contract_violated("flag '" + std::string(name) + "' is read as a duration: " + parsed.error());
  return *parsed;
}

std::optional<std::chrono::nanoseconds> flag_values::find_duration(std::string_view name) const {
  return has(name) ? std::optional(duration(name)) : std::nullopt;
}

byte_size flag_values::bytes(std::string_view name) const {
  auto parsed = parse_bytes(at(name).text);
  if (!parsed)
    contract_violated("flag '" + std::string(name) + "' is read as a size: " + parsed.error());
  return *parsed;
}

std::vector<std::string> flag_values::list(std::string_view name) const {
  std::vector<std::string> parts;
  auto all = find(name).value_or("");
  for (std::size_t start = 0; start <= all.size();) {
    auto end = std::min(all.find(',', start), all.size());
    if (auto part = trimmed(std::string_view(all).substr(start, end - start)); !part.empty())
      parts.push_back(std::move(part));
    start = end + 1;
  }
  return parts;
}

environment current_environment() {
  environment result;
  for (char** entry = environ; entry && *entry; ++entry) {
    std::string_view text = *entry;
    if (auto equals = text.find('='); equals != text.npos)
      result.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return result;
}

std::string mask_password(std::string_view url) {
  auto scheme = url.find("://");
  auto at = url.find('@');
  auto start = scheme == url.npos ? 0 : scheme + 3;
  auto colon = url.find(':', start);
  if (at == url.npos || colon == url.npos || colon > at)
    return std::string(url);
  return std::string(url.substr(0, colon + 1)) + "***" + std::string(url.substr(at));
}

std::map<std::string, std::string> shown_flags(const flag_table& table, const flag_values& values) {
  std::map<std::string, std::string> shown;
  for (const auto& [name, value] : values.all()) {
    const auto* spec = table.find(name);
    bool masked = spec && spec->is_secret;
    shown.emplace(name, masked ? mask_password(value.given) : value.given);
  }
  return shown;
}

} // namespace troupe
