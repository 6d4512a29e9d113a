/// What an operator says about an agent: `rack:r1;zone:z;cores:4;ids:[1-9]`.
#pragma once

#include "model/outcome.hpp"
#include "model/ranges.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe {

/// A name and a scalar, ranges, a set or a text. Names may repeat.
struct attribute {
  using value_type = std::variant<double, ranges, string_set, std::string>;

  std::string name;
  value_type value;

  friend bool operator==(const attribute&, const attribute&) = default;
};

/// Parses `name:value;...`; a value that is no number, `[..]` or `{..}` is a text. The error names
/// the bad piece.
outcome<std::vector<attribute>> parse_attributes(std::string_view text);

/// `4.5`, `[1-2]`, `{a, b}` or the text itself.
std::string to_text(const attribute::value_type& value);
/// `rack:r1;ids:[1-9]`: parses back to the same.
std::string to_text(const std::vector<attribute>& attributes);

} // namespace troupe
