/// Small steps that the parsers of the text forms share.
#pragma once

#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace troupe::text_scan {

/// Without white space at both ends.
inline std::string_view trim(std::string_view text) {
  constexpr auto space = " \t\r\n";
  auto begin = text.find_first_not_of(space);
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(space) - begin + 1);
}

/// The trimmed pieces between separators, empty ones included.
inline std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  for (std::size_t begin = 0;;) {
    auto end = text.find(separator, begin);
    pieces.push_back(trim(text.substr(begin, end - begin)));
    if (end == std::string_view::npos)
      return pieces;
    begin = end + 1;
  }
}

/// The whole text as a number; nothing for anything else, infinity and not-a-number included.
template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  if constexpr (std::is_floating_point_v<Number>)
    if (!std::isfinite(value))
      return std::nullopt;
  return value;
}

inline std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

} // namespace troupe::text_scan
