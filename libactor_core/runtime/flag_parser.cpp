/// parse_flags: CLI11 takes the command line apart, this file knows what Mesos' flags mean.
#include "runtime/flags.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>

namespace troupe {

namespace {

/// One place where a flag was given.
struct occurrence {
  std::string written;              ///< `--name`, `--no-name` or `MESOS_NAME`
  std::optional<std::string> value; ///< absent: bare
  bool negated = false;
  bool deprecated = false;
};

using occurrences = std::map<std::string, std::vector<occurrence>>; ///< by the flag's name

/// What CLI11 is asked to recognise for one flag; every form is an option of its own.
struct form {
  const flag_spec* spec;
  occurrence example;
  CLI::Option* option;
};

std::string read_error(const std::string& path) {
  return "cannot read file " + path + ": " + std::strerror(errno);
}

/// CLI11 drops empty values, splits those in brackets and treats `{}` as missing. Doubling the
/// first
/// `=` gives every value a plain first character, which is taken off again afterwards.
std::string shield(std::string argument) {
  auto equals = argument.find('=');
  if (argument.starts_with("--") && equals != std::string::npos)
    argument.insert(equals, 1, '=');
  return argument;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      auto changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
    }
  }
  return row.back();
}

class parser {
 public:
  parser(const flag_table& table, const flag_sources& sources)
      : table_(table)
      , sources_(sources) {}

  flag_outcome run() {
    read_command_line();
    if (asks_for("help"))
      out_.wants_help = true;
    else if (asks_for("version"))
      out_.wants_version = true;
    for (const auto& group : table_.groups)
      for (const auto& spec : group.flags)
        settle(spec);
    out_.values = flag_values(std::move(values_));
    return std::move(out_);
  }

 private:
  void read_command_line() {
    CLI::App app;
    app.set_help_flag();
    app.allow_extras();
    std::vector<form> forms;
    auto add = [&](const flag_spec& spec, const std::string& name, bool deprecated) {
      for (bool negated : {false, true}) {
        if (negated && spec.kind != flag_kind::boolean)
          continue;
        auto written = (negated ? "--no-" : "--") + name;
        auto names = written == "--help" ? "-h,--help" : written;
        auto* option = app.add_flag(names);
        forms.push_back({&spec, {written, std::nullopt, negated, deprecated}, option});
      }
    };
    for (const auto& group : table_.groups)
      for (const auto& spec : group.flags) {
        add(spec, spec.name, false);
        if (!spec.deprecated_name.empty())
          add(spec, spec.deprecated_name, true);
      }
    // CLI11 takes the arguments from the back.
    std::vector<std::string> arguments(sources_.arguments.rbegin(), sources_.arguments.rend());
    std::transform(arguments.begin(), arguments.end(), arguments.begin(), shield);
    try {
      app.parse(arguments);
    } catch (const CLI::ParseError& error) {
      out_.errors.push_back(error.what());
    }
    for (const auto& each : forms)
      for (const auto& result : each.option->results()) {
        auto found = each.example;
        if (result.starts_with('='))
          found.value = result.substr(1);
        command_line_[each.spec->name].push_back(std::move(found));
      }
    for (const auto& extra : app.remaining())
      complain_about_extra(extra);
  }

  void complain_about_extra(const std::string& argument) {
    if (!argument.starts_with("-") || argument == "--") {
      out_.errors.push_back("unexpected argument '" + argument +
                            "': flags are written --name=value");
      return;
    }
    auto written = argument.substr(0, argument.find('='));
    auto line = "unknown flag " + written;
    std::string_view name = written;
    name.remove_prefix(std::min(name.find_first_not_of('-'), name.size()));
    const flag_spec* nearest = nullptr;
    std::size_t best = 1 + std::min<std::size_t>(3, name.size() / 2);
    for (const auto& group : table_.groups)
      for (const auto& spec : group.flags)
        if (auto distance = edit_distance(name, spec.name); distance < best) {
          best = distance;
          nearest = &spec;
        }
    if (nearest)
      line += ": did you mean --" + nearest->name + "?";
    out_.errors.push_back(std::move(line));
  }

  bool asks_for(const std::string& name) {
    auto found = command_line_.find(name);
    return found != command_line_.end() && !found->second.front().negated &&
           found->second.front().value.value_or("true") == "true";
  }

  /// Where `spec` was given: the command line, else the environment.
  std::vector<occurrence> given(const flag_spec& spec) const {
    if (auto found = command_line_.find(spec.name); found != command_line_.end())
      return found->second;
    std::vector<occurrence> result;
    for (bool deprecated : {false, true}) {
      auto name = deprecated ? spec.deprecated_name : spec.name;
      if (name.empty())
        continue;
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
      auto found = sources_.variables.find(sources_.prefix + name);
      if (found != sources_.variables.end())
        result.push_back({found->first, found->second, false, deprecated});
    }
    return result;
  }

  void settle(const flag_spec& spec) {
    auto places = given(spec);
    if (places.empty()) {
      if (spec.default_text)
        values_[spec.name] = {*spec.default_text, *spec.default_text, false};
      return;
    }
    if (places.size() > 1) {
      const auto& other = places.back().written;
      out_.errors.push_back(places.front().written == other
                                ? other + " is given more than once"
                                : places.front().written + " and " + other +
                                      " are both given, they are the same flag");
      return;
    }
    const auto& place = places.front();
    if (place.deprecated)
      out_.warnings.push_back(place.written + " is deprecated, use --" + spec.name);
    std::string problem;
    auto value = resolve(spec, place, problem);
    if (problem.empty())
      problem = check(spec, value.text);
    if (!problem.empty()) {
      out_.errors.push_back(describe(spec, place) + ": " + problem);
      return;
    }
    judge_support(spec, place, value.text);
    values_[spec.name] = std::move(value);
  }

  void judge_support(const flag_spec& spec, const occurrence& place, const std::string& text) {
    if (spec.default_text == text)
      return;
    if (spec.support == flag_support::no_effect)
      out_.warnings.push_back(place.written + " is accepted, but has no effect yet");
    else if (spec.support == flag_support::refused)
      out_.errors.push_back(place.written + " is not supported yet: " + spec.refusal);
  }

  static std::string describe(const flag_spec& spec, const occurrence& place) {
    if (!place.value)
      return place.written;
    auto value = spec.is_secret ? mask_password(*place.value) : *place.value;
    constexpr std::size_t longest = 60;
    if (value.size() > longest)
      value = value.substr(0, longest) + "...";
    std::replace(value.begin(), value.end(), '\n', ' ');
    return place.written + "=" + value;
  }

  static flag_values::value resolve(const flag_spec& spec, const occurrence& place,
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
      std::ifstream file(path);
      std::ostringstream content;
      if (!file || !(content << file.rdbuf())) {
        problem = read_error(path);
        return {};
      }
      value.text = content.str();
      value.text.erase(value.text.find_last_not_of(" \t\r\n") + 1);
    }
    return value;
  }

  static flag_values::value resolve_boolean(const occurrence& place, std::string& problem) {
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
  static bool is_number(const std::string& text) {
    Number number{};
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() &&
           std::isfinite(static_cast<double>(number));
  }

  static std::string check_kind(flag_kind kind, const std::string& text) {
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

  static std::string check(const flag_spec& spec, const std::string& text) {
    auto problem = check_kind(spec.kind, text);
    if (problem.empty() && spec.check)
      problem = spec.check(text).value_or("");
    return problem;
  }

  const flag_table& table_;
  const flag_sources& sources_;
  occurrences command_line_;
  std::map<std::string, flag_values::value, std::less<>> values_;
  flag_outcome out_;
};

} // namespace

flag_outcome parse_flags(const flag_table& table, const flag_sources& sources) {
  return parser(table, sources).run();
}

} // namespace troupe
