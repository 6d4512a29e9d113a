/// parse_flags: CLI11 takes the command line apart, this file knows what Mesos' flags mean.
#include "runtime/flag_text.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>
#include <cctype>

namespace troupe {

namespace {

using occurrences = std::map<std::string, std::vector<flag_occurrence>>; ///< by the flag's name

/// What CLI11 is asked to recognise for one flag; every form is an option of its own.
struct form {
  const flag_spec* spec;
  flag_occurrence example;
  CLI::Option* option;
};

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
  std::vector<flag_occurrence> given(const flag_spec& spec) const {
    if (auto found = command_line_.find(spec.name); found != command_line_.end())
      return found->second;
    std::vector<flag_occurrence> result;
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
    auto value = resolve_flag(spec, place, problem);
    if (problem.empty())
      problem = check_flag(spec, value.text);
    if (!problem.empty()) {
      out_.errors.push_back(describe_flag(spec, place) + ": " + problem);
      return;
    }
    judge_support(spec, place, value.text);
    values_[spec.name] = std::move(value);
  }

  void judge_support(const flag_spec& spec, const flag_occurrence& place, const std::string& text) {
    if (spec.default_text == text)
      return;
    if (spec.support == flag_support::no_effect)
      out_.warnings.push_back(place.written + " is accepted, but has no effect yet");
    else if (spec.support == flag_support::refused)
      out_.errors.push_back(place.written + " is not supported yet: " + spec.refusal);
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
