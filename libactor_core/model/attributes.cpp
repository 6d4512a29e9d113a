#include "model/attributes.hpp"

#include "model/text_scan.hpp"

#include <array>

namespace troupe {

using namespace text_scan;

namespace {

outcome<attribute::value_type> parse_value(std::string_view text) {
  if (text.empty())
    return failure{"the value is missing"};
  if (text.front() == '[') {
    auto value = parse_ranges(text);
    if (!value)
      return failure{value.error()};
    return attribute::value_type{std::move(*value)};
  }
  if (text.front() == '{') {
    auto value = parse_string_set(text);
    if (!value)
      return failure{value.error()};
    return attribute::value_type{std::move(*value)};
  }
  if (auto value = number<double>(text))
    return attribute::value_type{*value};
  return attribute::value_type{std::string(text)};
}

std::string double_text(double value) {
  std::array<char, 32> buffer;
  auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

} // namespace

outcome<std::vector<attribute>> parse_attributes(std::string_view text) {
  std::vector<attribute> result;
  for (auto piece : split(text, ';')) {
    if (piece.empty())
      continue;
    auto refused = [&](const std::string& why) {
      return failure{"bad attribute " + quoted(piece) + ": " + why};
    };
    auto colon = piece.find(':');
    if (colon == std::string_view::npos)
      return refused("expected name:value");
    auto name = trim(piece.substr(0, colon));
    if (name.empty())
      return refused("the name is missing");
    auto value = parse_value(trim(piece.substr(colon + 1)));
    if (!value)
      return refused(value.error());
    result.push_back({std::string(name), std::move(*value)});
  }
  return result;
}

std::string to_text(const attribute::value_type& value) {
  struct writer {
    std::string operator()(double x) const { return double_text(x); }
    std::string operator()(const ranges& x) const { return to_text(x); }
    std::string operator()(const string_set& x) const { return to_text(x); }
    std::string operator()(const std::string& x) const { return x; }
  };
  return std::visit(writer{}, value);
}

std::string to_text(const std::vector<attribute>& attributes) {
  std::string text;
  for (const auto& item : attributes) {
    if (!text.empty())
      text += ';';
    text += item.name + ":" + to_text(item.value);
  }
  return text;
}

} // namespace troupe
