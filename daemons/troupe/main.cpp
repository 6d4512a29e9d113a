/// `troupe`: the command line for people who use a cluster.
#include "daemons/troupe/execute.hpp"
#include "daemons/troupe/tables.hpp"
#include "model/text.hpp"
#include "runtime/build_info.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>

namespace {

using namespace troupe::cli;

/// What the options of `execute` say in text.
struct execute_texts {
  std::string environment;
  std::string kill_after;
  std::string timeout;
};

std::optional<std::chrono::nanoseconds> read_duration(const std::string& flag,
                                                      const std::string& text) {
  if (text.empty())
    return std::nullopt;
  auto value = troupe::parse_duration(text);
  if (!value)
    throw CLI::ValidationError(flag, value.error());
  return *value;
}

std::map<std::string, std::string> read_environment(const std::string& text) {
  std::map<std::string, std::string> result;
  if (text.empty())
    return result;
  auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object())
    throw CLI::ValidationError("--env", "must be a JSON object of strings");
  for (const auto& [name, value] : json.items()) {
    if (!value.is_string())
      throw CLI::ValidationError("--env", "the value of '" + name + "' is not a string");
    result[name] = value.get<std::string>();
  }
  return result;
}

void add_execute(CLI::App& app, execute_options& options, execute_texts& texts) {
  auto* run = app.add_subcommand("execute", "Run a command as a task and show its output");
  run->add_option("--name", options.name, "Name of the task")->required();
  run->add_option("--command", options.command, "What to run")->required();
  run->add_option("--resources", options.resources, "Resources of the task")->capture_default_str();
  run->add_option("--env", texts.environment, "Environment, a JSON object of strings");
  run->add_option("--role", options.role, "Role of the framework")->capture_default_str();
  run->add_option("--user", options.user, "Unix user of the task (default: you)");
  run->add_option("--uri", options.uris, "Fetch this into the sandbox first (repeatable)");
  run->add_flag("--shell,!--no-shell", options.shell,
                "Run with /bin/sh -c (default), or exec the command itself");
  run->add_option("--argument", options.arguments, "argv with --no-shell (repeatable)");
  run->add_option("--kill_after", texts.kill_after, "Kill the task after so long, e.g. 30secs");
  run->add_option("--timeout", texts.timeout, "Give up after so long, waiting included");
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"troupe: run tasks on a cluster and look at it"};
  app.require_subcommand(1);
  app.set_version_flag("--version", "troupe " + std::string(troupe::version()));
  std::string master_text = "127.0.0.1:5050";
  bool as_json = false;
  execute_options options;
  execute_texts texts;
  add_execute(app, options, texts);
  std::map<std::string, view> views{{"state", view::state},
                                    {"agents", view::agents},
                                    {"frameworks", view::frameworks},
                                    {"tasks", view::tasks}};
  for (const auto& [name, what] : views)
    app.add_subcommand(name, "Show the " + name + " of the cluster")
        ->add_flag("--json", as_json, "As JSON");
  for (auto* command : app.get_subcommands({}))
    command->add_option("--master", master_text, "Address of the master, host:port")
        ->envname("MESOS_MASTER")
        ->capture_default_str();
  try {
    app.parse(argc, argv);
    options.kill_after = read_duration("--kill_after", texts.kill_after);
    options.timeout = read_duration("--timeout", texts.timeout);
    options.environment = read_environment(texts.environment);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : 2;
  }
  std::string problem;
  auto master = parse_address(master_text, problem);
  if (!master) {
    std::cerr << "troupe: " << problem << '\n';
    return 2;
  }
  const auto* chosen = app.get_subcommands().front();
  if (chosen->get_name() == "execute") {
    options.master = *master;
    return execute(options);
  }
  return print_view(*master, views.at(chosen->get_name()), as_json);
}
