#include "http/prometheus.hpp"

#include "http/prometheus_rules.hpp"
#include "http/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

namespace troupe::http {

namespace {

/// Matches one component: at most one placeholder with text around it.
bool match_component(std::string_view pattern, std::string_view text, series_labels& labels) {
  const auto open = pattern.find('{');
  if (open == pattern.npos)
    return pattern == text;
  const auto close = pattern.find('}', open);
  const auto before = pattern.substr(0, open);
  const auto after = pattern.substr(close + 1);
  if (text.size() <= before.size() + after.size() || !text.starts_with(before) ||
      !text.ends_with(after))
    return false;
  text.remove_prefix(before.size());
  text.remove_suffix(after.size());
  labels.emplace_back(pattern.substr(open + 1, close - open - 1), text);
  return true;
}

bool is_wide(std::string_view component) {
  return component.ends_with("...}");
}

std::optional<series_labels> match(std::string_view pattern,
                                   const std::vector<std::string_view>& key) {
  const auto wanted = split(pattern, '/');
  const bool wide = std::any_of(wanted.begin(), wanted.end(), is_wide);
  if (key.size() < wanted.size() || (!wide && key.size() != wanted.size()))
    return std::nullopt;
  series_labels labels;
  std::size_t at = 0;
  for (auto component : wanted) {
    if (!is_wide(component)) {
      if (!match_component(component, key[at++], labels))
        return std::nullopt;
      continue;
    }
    const auto count = key.size() - wanted.size() + 1;
    std::string value(key[at]);
    for (std::size_t i = 1; i < count; ++i)
      value.append("/").append(key[at + i]);
    at += count;
    labels.emplace_back(component.substr(1, component.size() - 5), std::move(value));
  }
  return labels;
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

std::string as_name(std::string_view key) {
  std::string name;
  for (char c : key) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    name += good ? c : '_';
  }
  return name;
}

/// Cuts the suffix off when it is there.
bool cut(std::string& text, std::string_view suffix) {
  if (!text.ends_with(suffix))
    return false;
  text.resize(text.size() - suffix.size());
  return true;
}

/// Puts what the template's placeholder stands for into the family's name. `mem` and `disk` come in
/// MB and leave in bytes, other resources as they are.
bool fill_template(prometheus_sample& x, double& scale) {
  const auto open = x.family.find('{');
  if (open == x.family.npos)
    return true;
  const auto name = x.family.substr(open + 1, x.family.find('}') - open - 1);
  const auto label = std::find_if(x.labels.begin(), x.labels.end(),
                                  [&](const auto& each) { return each.first == name; });
  const auto word = label->second;
  x.labels.erase(label);
  x.family = replaced(x.family, "{" + name + "}", as_name(word));
  x.help = replaced(x.help, "{" + name + "}", replaced(word, "_", " "));
  if (name != "resource")
    return true;
  if (word != "cpus" && word != "gpus" && word != "mem" && word != "disk")
    return false;
  const bool ratio = x.family.ends_with("_ratio");
  x.help = x.family.ends_with("_capacity") ? "Amount of " + word + "."
           : ratio                         ? "Part of the " + word + " that is taken."
                                           : "Amount of " + word + " taken.";
  if (!ratio && (word == "mem" || word == "disk")) {
    x.family += "_bytes";
    scale = megabytes;
  }
  return true;
}

std::optional<prometheus_sample> by_rule(const prometheus_rule& rule,
                                         const std::vector<std::string_view>& key, double value,
                                         bool counter) {
  if (rule.kind != metric_kind::any && (rule.kind == metric_kind::counter) != counter)
    return std::nullopt;
  auto labels = match(rule.pattern, key);
  if (!labels)
    return std::nullopt;
  prometheus_sample x{std::string(rule.family), std::string(rule.help), std::move(*labels), 0,
                      counter};
  auto scale = rule.scale;
  if (!fill_template(x, scale))
    return std::nullopt;
  for (auto constant : split(rule.labels, ','))
    if (const auto equals = constant.find('='); equals != constant.npos)
      x.labels.emplace_back(constant.substr(0, equals), constant.substr(equals + 1));
  for (auto& [name, text] : x.labels)
    if (name == "framework")
      text = decode_percent(text);
  x.value = value * scale;
  return x;
}

/// `<timer>_ms` is its last value, `<timer>_ms/p99` and so on are over its window.
std::optional<prometheus_sample> as_timer(std::string_view key, double value) {
  const auto mark = key.find("_ms");
  if (mark == key.npos || (mark + 3 != key.size() && key[mark + 3] != '/'))
    return std::nullopt;
  prometheus_sample x;
  const auto timer = std::string(key.substr(0, mark));
  const auto stat = mark + 3 == key.size() ? "last" : key.substr(mark + 4);
  x.family = as_name(timer) + (stat == "count" ? "_samples" : "_seconds");
  x.help = stat == "count" ? "Measurements of " + timer + " in its window."
                           : "Duration of " + timer + ": its last value and those of its window.";
  if (stat == "count") {
    x.value = value;
  } else {
    x.labels.emplace_back("stat", stat);
    x.value = value * milliseconds;
  }
  return x;
}

prometheus_sample as_it_is(std::string_view key, double value, bool counter) {
  prometheus_sample x;
  x.help = "The number " + std::string(key) + ".";
  x.family = as_name(key);
  if (x.family.starts_with("slave_"))
    x.family.replace(0, 5, "agent");
  if (cut(x.family, "_secs"))
    x.family += "_seconds";
  cut(x.family, "_total"); // belongs to counters, which get it again
  x.value = value;
  x.counter = counter;
  return x;
}

std::string escaped(std::string_view text, bool quotes) {
  std::string out;
  for (char c : text) {
    if (c == '\\' || (quotes && c == '"'))
      out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out;
}

std::string number(double value) {
  if (std::isnan(value))
    return "NaN";
  if (std::isinf(value))
    return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

/// By the rules that master and agent share.
std::optional<prometheus_sample> by_daemon_rules(std::string_view key, double value, bool counter) {
  const auto cut = key.find('/');
  const auto word = key.substr(0, cut);
  if (cut == key.npos || (word != "master" && word != "slave"))
    return std::nullopt;
  const auto rest = split(key.substr(cut + 1), '/');
  for (const auto& rule : daemon_rules)
    if (auto found = by_rule(rule, rest, value, counter)) {
      found->family.insert(0, word == "master" ? "master_" : "agent_");
      return found;
    }
  return std::nullopt;
}

std::string label_text(const series_labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels)
    text += fmt::format("{}{}=\"{}\"", text.empty() ? "" : ",", name, escaped(value, true));
  return text;
}

} // namespace

prometheus_sample to_prometheus(std::string_view key, double value, bool counter) {
  const auto components = split(key, '/');
  auto found = by_daemon_rules(key, value, counter);
  for (const auto& rule : prometheus_rules)
    if (!found)
      found = by_rule(rule, components, value, counter);
  if (!found && !counter)
    found = as_timer(key, value);
  auto x = found ? std::move(*found) : as_it_is(key, value, counter);
  x.family = "troupe_" + x.family + (counter ? "_total" : "");
  return x;
}

std::string prometheus_text(const metrics_snapshot& snapshot, const series_labels& common) {
  std::map<std::string, std::pair<std::string, std::string>> families; // head and lines
  for (const auto& [key, value] : snapshot.values) {
    auto x = to_prometheus(key, value, snapshot.counters.contains(key));
    x.labels.insert(x.labels.begin(), common.begin(), common.end());
    auto& [head, lines] = families[x.family];
    if (head.empty())
      head = fmt::format("# HELP {} {}\n# TYPE {} {}\n", x.family, escaped(x.help, false), x.family,
                         x.counter ? "counter" : "gauge");
    const auto labels = label_text(x.labels);
    lines += labels.empty() ? fmt::format("{} {}\n", x.family, number(x.value))
                            : fmt::format("{}{{{}}} {}\n", x.family, labels, number(x.value));
  }
  std::string out;
  for (const auto& [name, family] : families)
    out += family.first + family.second;
  return out;
}

} // namespace troupe::http
