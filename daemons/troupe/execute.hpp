/// `troupe execute`: a scheduler for one command task, on a terminal.
#pragma once

#include "daemons/troupe/http_client.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::cli {

struct execute_options {
  address master;
  std::string name;
  std::string command;
  std::string resources = "cpus:0.1;mem:32";
  std::map<std::string, std::string> environment;
  std::string role = "*";
  std::string user;              ///< empty: who runs the CLI
  std::vector<std::string> uris; ///< fetched into the sandbox first
  bool shell = true;
  std::vector<std::string> arguments;                 ///< argv when `shell` is false
  std::optional<std::chrono::nanoseconds> kill_after; ///< then the task is killed
  std::optional<std::chrono::nanoseconds> timeout;    ///< for the whole run, waiting included
};

/// Runs the task, copies its output here and says on stderr what happens to it. Returns the exit status for
/// the shell: the command's own, 128 + signal, 124 after the timeout, 130 after Ctrl-C, 1 for a task that
/// failed otherwise, 2 when it could not be run at all.
int execute(const execute_options& options);

} // namespace troupe::cli
