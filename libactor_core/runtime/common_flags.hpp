/// Flag groups that master and agent share.
#pragma once

#include "runtime/logging.hpp"
#include "runtime/master_flags.hpp"

namespace troupe {

flag_group general_flag_group();
flag_group logging_flag_group();
/// `--hostname` to `--advertise_port`, `--domain`.
flag_group network_flag_group(const std::string& default_port);

/// The log that the flags ask for; `program` names its file.
logging_config read_logging(const flag_values& values, const std::string& program);
std::optional<std::uint16_t> find_port(const flag_values& values, std::string_view name);

/// What a program that was asked for help or its version prints; nothing when it is to run.
std::optional<std::string> text_to_print(const flag_table& table, const flag_outcome& outcome);

/// The part of reading flags that is the same for every daemon: parse, then either print, or
/// complain (with the errors of `between` added), or convert.
template <class Options>
start_request<Options> read_flags(const flag_table& table, const flag_sources& sources,
                                  std::vector<std::string> (*between)(const flag_values&),
                                  Options (*convert)(const flag_values&)) {
  auto outcome = parse_flags(table, sources);
  start_request<Options> request;
  request.print = text_to_print(table, outcome);
  if (request.print)
    return request;
  request.warnings = std::move(outcome.warnings);
  request.errors = std::move(outcome.errors);
  // Rules between flags hold for flags that are fine by themselves; a broken one counts as absent.
  for (auto& error : between(outcome.values))
    request.errors.push_back(std::move(error));
  if (request.errors.empty()) {
    request.options = convert(outcome.values);
    request.options.shown = shown_flags(table, outcome.values);
  }
  return request;
}

} // namespace troupe
