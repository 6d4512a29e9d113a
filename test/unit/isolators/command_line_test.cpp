#include "isolators/command_line.hpp"

#include <catch2/catch.hpp>
#include <mesos/v1/mesos.pb.h>

using namespace troupe;
using namespace troupe::isolators;
namespace v1 = mesos::v1;

namespace {

container_spec spec_of(v1::CommandInfo command) {
  container_spec spec;
  spec.id = container_id("c");
  spec.directory = "/work/c";
  spec.command = std::make_shared<v1::CommandInfo>(std::move(command));
  return spec;
}

v1::CommandInfo shell(const std::string& value) {
  v1::CommandInfo command;
  command.set_value(value);
  return command;
}

void add_variable(v1::CommandInfo& command, const std::string& name, const std::string& value) {
  auto& variable = *command.mutable_environment()->add_variables();
  variable.set_name(name);
  variable.set_value(value);
}

} // namespace

TEST_CASE("a shell command is handed to sh, its arguments ignored") {
  launch_spec launch;
  auto command = shell("echo $X");
  command.add_arguments("ignored");
  REQUIRE_FALSE(set_command(command, launch));
  CHECK(launch.executable == "/bin/sh");
  CHECK(launch.arguments == std::vector<std::string>{"sh", "-c", "echo $X"});
}

TEST_CASE("a command without shell is executed with its arguments as the whole argv") {
  launch_spec launch;
  auto command = shell("/bin/busybox");
  command.set_shell(false);
  command.add_arguments("ls");
  command.add_arguments("-l");
  REQUIRE_FALSE(set_command(command, launch));
  CHECK(launch.executable == "/bin/busybox");
  CHECK(launch.arguments == std::vector<std::string>{"ls", "-l"});
}

TEST_CASE("a command without a value is refused") {
  launch_spec launch;
  v1::CommandInfo command;
  CHECK(set_command(command, launch)->reason == "the command has no value");
  command.set_shell(false);
  command.add_arguments("x");
  CHECK(set_command(command, launch));
}

TEST_CASE("variables override each other in the documented order") {
  auto command = shell("true");
  add_variable(command, "FROM_COMMAND", "command");
  auto spec = spec_of(command);
  spec.environment = {{"FROM_AGENT", "agent"},
                      {"FROM_ISOLATOR", "agent"},
                      {"FROM_COMMAND", "agent"},
                      {"MESOS_SANDBOX", "agent"}};
  const auto merged =
      merge_environment(spec, {{"FROM_ISOLATOR", "isolator"}, {"FROM_COMMAND", "isolator"}});
  CHECK(merged.at("FROM_AGENT") == "agent");
  CHECK(merged.at("FROM_ISOLATOR") == "isolator");
  CHECK(merged.at("FROM_COMMAND") == "command");
  CHECK(merged.at("MESOS_SANDBOX") == "/work/c");
  CHECK(merged.at("PATH") == "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  CHECK(merged.size() == 5);
}

TEST_CASE("a PATH that somebody set stays") {
  auto spec = spec_of(shell("true"));
  spec.environment["PATH"] = "/only";
  CHECK(merge_environment(spec, {}).at("PATH") == "/only");
}

TEST_CASE("a secret's variable is the isolator's and not the command's") {
  auto command = shell("true");
  auto& variable = *command.mutable_environment()->add_variables();
  variable.set_name("S");
  variable.set_type(v1::Environment::Variable::SECRET);
  CHECK(merge_environment(spec_of(command), {{"S", "resolved"}}).at("S") == "resolved");
}

TEST_CASE("a launch has its files in the sandbox and its record under the runtime directory") {
  const auto launch = make_launch(spec_of(shell("true")), "/run/troupe", std::nullopt, {});
  REQUIRE(launch);
  CHECK(launch->directory == "/work/c");
  CHECK(launch->stdout_path == "/work/c/stdout");
  CHECK(launch->stderr_path == "/work/c/stderr");
  CHECK(launch->runtime_directory == "/run/troupe/containers/c");
  CHECK(launch->label == "c");
}

TEST_CASE("URIs keep their flags, and extraction is the default") {
  auto command = shell("true");
  command.add_uris()->set_value("/a");
  auto& second = *command.add_uris();
  second.set_value("/b");
  second.set_executable(true);
  second.set_extract(false);
  second.set_output_file("c");
  const auto items = fetch_items(command);
  REQUIRE(items.size() == 2);
  CHECK(items[0].uri == "/a");
  CHECK(items[0].extract);
  CHECK_FALSE(items[0].executable);
  CHECK(items[1].executable);
  CHECK_FALSE(items[1].extract);
  CHECK(items[1].output_file == "c");
}
