/// From what an operator wrote to a flag's value: the half of parse_flags that looks at one flag
/// only.
#pragma once

#include "runtime/flags.hpp"

namespace troupe {

/// One place where a flag was given.
struct flag_occurrence {
  std::string written;              ///< `--name`, `--no-name` or `MESOS_NAME`
  std::optional<std::string> value; ///< absent: bare
  bool negated = false;
  bool deprecated = false;
};

/// The value of a flag given at `place`: `file://` read, booleans normalised. `problem` is set, and
/// the value of no use, if that fails.
flag_values::value resolve_flag(const flag_spec& spec, const flag_occurrence& place,
                                std::string& problem);

/// What is wrong with `text` as a value of this flag; empty when it is fine.
std::string check_flag(const flag_spec& spec, const std::string& text);

/// `--name=value` for error lines: short, on one line, without passwords.
std::string describe_flag(const flag_spec& spec, const flag_occurrence& place);

} // namespace troupe
