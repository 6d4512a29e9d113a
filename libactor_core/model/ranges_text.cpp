#include "model/ranges.hpp"
#include "model/text_scan.hpp"

namespace troupe {

using namespace text_scan;

namespace {

// What stands between the brackets, trimmed; nothing when they are not both there.
std::optional<std::string_view> inside(std::string_view text, char open, char close) {
  text = trim(text);
  if (text.size() < 2 || text.front() != open || text.back() != close)
    return std::nullopt;
  return trim(text.substr(1, text.size() - 2));
}

} // namespace

outcome<ranges> parse_ranges(std::string_view text) {
  auto list = inside(text, '[', ']');
  if (!list)
    return failure{quoted(text) + " is not of the form [1-2, 5-9]"};
  ranges result;
  if (list->empty())
    return result;
  for (auto piece : split(*list, ',')) {
    auto dash = piece.find('-');
    if (dash == std::string_view::npos)
      return failure{"range " + quoted(piece) + " is not of the form begin-end"};
    auto begin = number<std::uint64_t>(trim(piece.substr(0, dash)));
    auto end = number<std::uint64_t>(trim(piece.substr(dash + 1)));
    if (!begin || !end)
      return failure{"range " + quoted(piece) + " needs two whole numbers, begin-end"};
    if (*begin > *end)
      return failure{"range " + quoted(piece) + " ends before it begins"};
    result.add({*begin, *end});
  }
  return result;
}

outcome<string_set> parse_string_set(std::string_view text) {
  auto list = inside(text, '{', '}');
  if (!list)
    return failure{quoted(text) + " is not of the form {a, b}"};
  std::vector<std::string> items;
  if (!list->empty())
    for (auto piece : split(*list, ',')) {
      if (piece.empty() || piece.find_first_of("{}") != std::string_view::npos)
        return failure{"set " + quoted(text) + " has the bad item " + quoted(piece)};
      items.emplace_back(piece);
    }
  return string_set(std::move(items));
}

} // namespace troupe
