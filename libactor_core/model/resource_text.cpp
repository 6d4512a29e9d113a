#include "model/resource_text.hpp"

#include "model/roles.hpp"
#include "model/text_scan.hpp"

namespace troupe {

using namespace text_scan;

namespace {

struct named_value {
  std::string_view name;
  std::string_view role;
  std::string_view value;
};

// Cuts `name:value` or `name(role):value`. A set's item may hold a colon, hence no plain split.
outcome<named_value> cut(std::string_view piece, std::string_view default_role) {
  auto name_end = piece.find_first_of(":(");
  if (name_end == std::string_view::npos)
    return failure{"expected name:value or name(role):value"};
  named_value result{trim(piece.substr(0, name_end)), default_role, {}};
  auto rest = piece.substr(name_end);
  if (rest.front() == '(') {
    auto close = rest.find(')');
    if (close == std::string_view::npos)
      return failure{"the role has no closing ')'"};
    result.role = trim(rest.substr(1, close - 1));
    rest = trim(rest.substr(close + 1));
    if (rest.empty() || rest.front() != ':')
      return failure{"expected ':' and a value after the role"};
  }
  result.value = trim(rest.substr(1));
  if (result.name.empty())
    return failure{"the name is missing"};
  if (result.value.empty())
    return failure{"the value is missing"};
  return result;
}

template <class T>
outcome<resource::value_type> widen(outcome<T> value) {
  if (!value)
    return failure{value.error()};
  return resource::value_type{std::move(*value)};
}

outcome<resource::value_type> parse_value(std::string_view name, std::string_view text) {
  if (text.front() == '[')
    return widen(parse_ranges(text));
  if (text.front() == '{')
    return widen(parse_string_set(text));
  auto value = number<double>(text);
  if (!value)
    return failure{quoted(text) + " is no number, no ranges [1-2] and no set {a, b}"};
  auto amount = quantity::checked(*value);
  if (!amount)
    return failure{quoted(text) + " is too big"};
  if (*amount < quantity{})
    return failure{"an amount must not be negative"};
  if (name == "gpus" && !amount->is_whole())
    return failure{"gpus must be a whole number"};
  return resource::value_type{*amount};
}

outcome<resource> parse_piece(std::string_view piece, std::string_view default_role) {
  auto parts = cut(piece, default_role);
  if (!parts)
    return failure{parts.error()};
  if (auto reason = check_role(parts->role))
    return failure{*reason};
  auto value = parse_value(parts->name, parts->value);
  if (!value)
    return failure{value.error()};
  resource item;
  item.name = parts->name;
  item.value = std::move(*value);
  if (parts->role != "*")
    item.reservations.push_back(
        {reservation_type::fixed, std::string(parts->role), std::nullopt, {}});
  return item;
}

std::string reservation_text(const reservation& entry) {
  std::string text = entry.type == reservation_type::fixed ? "(STATIC," : "(DYNAMIC,";
  text += entry.role;
  if (entry.principal)
    text += "," + *entry.principal;
  if (!entry.labels.empty()) {
    text += ",{";
    for (const auto& item : entry.labels.items) {
      if (text.back() != '{')
        text += ", ";
      text += item.value ? item.key + ": " + *item.value : item.key;
    }
    text += '}';
  }
  return text + ")";
}

bool is_plain_static(const resource& item) {
  if (item.allocation_role || item.reservations.size() != 1)
    return false;
  const auto& only = item.reservations.front();
  return only.type == reservation_type::fixed && !only.principal && only.labels.empty();
}

std::string source_text(const disk_source& source) {
  static constexpr const char* names[] = {"UNKNOWN", "PATH", "MOUNT", "BLOCK", "RAW"};
  std::string text = names[static_cast<std::size_t>(source.type)];
  if (source.vendor || source.id || source.profile)
    text += "(" + source.vendor.value_or("") + "," + source.id.value_or("") + "," +
            source.profile.value_or("") + ")";
  return source.root ? text + ":" + *source.root : text;
}

std::string disk_text(const disk_info& disk) {
  std::string text = "[";
  if (disk.source)
    text += source_text(*disk.source);
  if (disk.persistence) {
    if (text.size() > 1)
      text += ',';
    text += disk.persistence->id;
  }
  if (disk.volume)
    text += ":" + disk.volume->container_path;
  return text + "]";
}

} // namespace

outcome<std::vector<resource>> parse_resource_list(std::string_view text,
                                                   std::string_view default_role) {
  if (auto reason = check_role(default_role))
    return failure{"bad default role: " + *reason};
  std::vector<resource> result;
  for (auto piece : split(text, ';')) {
    if (piece.empty())
      continue;
    auto item = parse_piece(piece, default_role);
    if (!item)
      return failure{"bad resource " + quoted(piece) + ": " + item.error()};
    for (const auto& earlier : result)
      if (earlier.name == item->name && earlier.value.index() != item->value.index())
        return failure{"bad resource " + quoted(piece) + ": " + quoted(item->name) +
                       " was given before with another type of value"};
    result.push_back(std::move(*item));
  }
  return result;
}

outcome<resources> parse_resources(std::string_view text, std::string_view default_role) {
  auto list = parse_resource_list(text, default_role);
  if (!list)
    return failure{list.error()};
  return resources(std::move(*list));
}

std::string to_text(const resource::value_type& value) {
  return std::visit([](const auto& x) { return to_text(x); }, value);
}

std::string to_text(const resource& item) {
  auto text = item.name;
  if (item.allocation_role)
    text += "(allocated: " + *item.allocation_role + ")";
  if (is_plain_static(item)) {
    text += "(" + item.reservations.front().role + ")";
  } else if (item.is_reserved()) {
    text += "(reservations: [";
    for (const auto& entry : item.reservations) {
      if (text.back() != '[')
        text += ',';
      text += reservation_text(entry);
    }
    text += "])";
  }
  if (item.disk)
    text += disk_text(*item.disk);
  if (item.provider_id)
    text += "<provider " + *item.provider_id + ">";
  if (item.revocable)
    text += "{REV}";
  if (item.shared)
    text += "<SHARED x" + std::to_string(item.copies) + ">";
  return text + ":" + to_text(item.value);
}

std::string to_text(const resources& items) {
  std::string text;
  for (const auto& item : items) {
    if (!text.empty())
      text += "; ";
    text += to_text(item);
  }
  return text;
}

} // namespace troupe
