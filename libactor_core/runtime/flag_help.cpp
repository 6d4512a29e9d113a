#include "runtime/flags.hpp"

namespace troupe {

namespace {

constexpr std::size_t columns = 100;
constexpr std::size_t text_column = 36;

/// The width on screen: UTF-8 continuation bytes take none.
std::size_t width(std::string_view text) {
  std::size_t count = 0;
  for (unsigned char c : text)
    count += (c & 0xc0) != 0x80;
  return count;
}

/// Appends words of `text` from `column` on, each further line starting there too.
void append_wrapped(std::string& out, std::string_view text, std::size_t column) {
  auto at = column;
  while (!text.empty()) {
    auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (at > column && at + 1 + width(word) > columns) {
      out += '\n' + std::string(column, ' ');
      at = column;
    } else if (at > column) {
      out += ' ';
      ++at;
    }
    out += word;
    at += width(word);
  }
  out += '\n';
}

std::string_view placeholder(flag_kind kind) {
  switch (kind) {
  case flag_kind::integer:
    return "=N";
  case flag_kind::real:
    return "=X";
  case flag_kind::duration:
    return "=TIME";
  case flag_kind::bytes:
    return "=SIZE";
  case flag_kind::path:
    return "=PATH";
  case flag_kind::json:
    return "=JSON";
  case flag_kind::text:
  case flag_kind::text_or_json:
    return "=TEXT";
  case flag_kind::boolean:
    break;
  }
  return "";
}

std::string describe(const flag_spec& spec) {
  auto text = spec.help;
  if (!spec.deprecated_name.empty())
    text += " Formerly --" + spec.deprecated_name + ".";
  if (spec.support == flag_support::no_effect)
    text += " (Accepted, has no effect yet.)";
  else if (spec.support == flag_support::refused)
    text += " (Not supported yet.)";
  if (!spec.default_description.empty())
    text += " [default: " + spec.default_description + "]";
  else if (spec.default_text)
    text += " [default: " + (spec.default_text->empty() ? "empty" : *spec.default_text) + "]";
  return text;
}

void append_flag(std::string& out, const flag_spec& spec) {
  // A switch that is on by default is shown in the form that changes something.
  bool on = spec.kind == flag_kind::boolean && spec.default_text == "true";
  auto left = (on ? "  --[no-]" : "  --") + spec.name + std::string(placeholder(spec.kind));
  out += left;
  if (width(left) + 2 > text_column)
    out += '\n' + std::string(text_column, ' ');
  else
    out += std::string(text_column - width(left), ' ');
  append_wrapped(out, describe(spec), text_column);
}

} // namespace

std::string flags_help(const flag_table& table) {
  std::string out = "Usage: " + table.program + " [--flag=value ...]\n\n";
  append_wrapped(out, table.summary, 0);
  out += '\n';
  append_wrapped(out,
                 "Each flag may also be set as an environment variable, --work_dir as "
                 "MESOS_WORK_DIR; the command line wins. A value file:///path is replaced by the "
                 "file's content. TIME is a number and one of ns, us, ms, secs, mins, hrs, days, "
                 "weeks; SIZE a number and one of B, KB, MB, GB, TB.",
                 0);
  for (const auto& group : table.groups) {
    out += '\n' + group.title + ":\n";
    for (const auto& spec : group.flags)
      append_flag(out, spec);
  }
  return out;
}

} // namespace troupe
