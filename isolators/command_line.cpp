#include "isolators/command_line.hpp"

#include "isolators/container_record.hpp"

#include <mesos/v1/mesos.pb.h>

namespace troupe::isolators {
namespace {

namespace v1 = mesos::v1;

constexpr const char* default_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

} // namespace

std::optional<failure> set_command(const v1::CommandInfo& command, launch_spec& spec) {
  if (!command.has_value() || command.value().empty())
    return failure{"the command has no value"};
  if (command.shell()) {
    spec.executable = "/bin/sh";
    spec.arguments = {"sh", "-c", command.value()};
    return std::nullopt;
  }
  spec.executable = command.value();
  spec.arguments.assign(command.arguments().begin(), command.arguments().end());
  return std::nullopt;
}

std::map<std::string, std::string>
merge_environment(const container_spec& container,
                  const std::map<std::string, std::string>& isolators) {
  auto result = container.environment;
  result["MESOS_SANDBOX"] = container.directory;
  for (const auto& [name, value] : isolators)
    result[name] = value;
  for (const auto& variable : container.command->environment().variables()) {
    if (variable.type() == v1::Environment::Variable::VALUE)
      result[variable.name()] = variable.value();
  }
  result.try_emplace("PATH", default_path);
  return result;
}

outcome<launch_spec> make_launch(const container_spec& container, const std::string& runtime_dir,
                                 std::optional<user_identity> user,
                                 const std::map<std::string, std::string>& isolators) {
  launch_spec spec;
  if (auto bad = set_command(*container.command, spec))
    return *bad;
  spec.label = container.id.value();
  spec.runtime_directory = runtime_directory(runtime_dir, container.id);
  spec.directory = container.directory;
  spec.stdout_path = container.directory + "/stdout";
  spec.stderr_path = container.directory + "/stderr";
  spec.environment = merge_environment(container, isolators);
  spec.user = std::move(user);
  return spec;
}

std::vector<fetch_item> fetch_items(const v1::CommandInfo& command) {
  std::vector<fetch_item> items;
  for (const auto& uri : command.uris())
    items.push_back({uri.value(), uri.output_file(), uri.executable(), uri.extract()});
  return items;
}

} // namespace troupe::isolators
