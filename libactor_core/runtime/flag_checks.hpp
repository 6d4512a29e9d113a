/// Rules that single flags have to keep, as values for `flag_spec::checked`. All of them are pure
/// except `readable_file`.
#pragma once

#include "runtime/flags.hpp"

#include <initializer_list>

namespace troupe::flag_checks {

/// One of these words.
flag_spec::check_function one_of(std::initializer_list<std::string> words);
/// A comma list of these words, at least one, none twice.
flag_spec::check_function list_of(std::initializer_list<std::string> words);
/// A duration within both limits (given as durations' text); either may be empty.
flag_spec::check_function duration_between(std::string lowest, std::string highest);
flag_spec::check_function integer_between(std::int64_t lowest, std::int64_t highest);
flag_spec::check_function real_between(double lowest, double highest);
/// 1 to 65535.
flag_spec::check_function port();
/// 0 to 65535, where 0 lets the machine choose.
flag_spec::check_function port_or_any();
/// An IPv4 address.
flag_spec::check_function ipv4();
/// `0%` to `100%`.
flag_spec::check_function percentage();
/// `N/duration`: `1/10mins`.
flag_spec::check_function rate();
/// `a=1.5,b=2` with positive numbers.
flag_spec::check_function weights();
/// A comma list of role names.
flag_spec::check_function roles();
/// `cpus:0.01|mem:32`, `cpus:1;mem:64`, or empty.
flag_spec::check_function quantity_sets();
/// `cpus:4;ports:[31000-32000]`. The JSON form passes: its reader, who has the codec, checks it.
flag_spec::check_function resources();
/// `k:v;k:v`.
flag_spec::check_function attributes();
/// `host:port`.
flag_spec::check_function host_and_port();
/// `host:port` or `zk://host:port[,…]/path`.
flag_spec::check_function master_address();
/// A path that starts with `/`.
flag_spec::check_function absolute_path();
/// A file that can be opened now.
flag_spec::check_function readable_file();

} // namespace troupe::flag_checks
