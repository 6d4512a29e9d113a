#include "isolators/secret_isolator.hpp"

#include <catch2/catch.hpp>
#include <mesos/v1/mesos.pb.h>

using namespace troupe::isolators;
namespace v1 = mesos::v1;

namespace {

v1::Environment::Variable& add_secret(v1::CommandInfo& command) {
  auto& variable = *command.mutable_environment()->add_variables();
  variable.set_name("TOKEN");
  variable.set_type(v1::Environment::Variable::SECRET);
  return variable;
}

std::string why_not(const v1::CommandInfo& command) {
  const auto result = resolve_secrets(command);
  REQUIRE_FALSE(result);
  return result.error();
}

} // namespace

TEST_CASE("a secret given by value becomes a variable, plain ones are left alone") {
  v1::CommandInfo command;
  auto& secret = *add_secret(command).mutable_secret();
  secret.set_type(v1::Secret::VALUE);
  secret.mutable_value()->set_data("s3cret");
  auto& plain = *command.mutable_environment()->add_variables();
  plain.set_name("PLAIN");
  plain.set_value("x");
  const auto result = resolve_secrets(command);
  REQUIRE(result);
  CHECK(*result == std::map<std::string, std::string>{{"TOKEN", "s3cret"}});
}

TEST_CASE("secrets that cannot be resolved are refused by name and without their content") {
  v1::CommandInfo command;
  auto& variable = add_secret(command);
  CHECK(why_not(command) == "environment variable 'TOKEN': it is of type SECRET and has no secret");
  variable.mutable_secret()->set_type(v1::Secret::VALUE);
  CHECK(why_not(command) == "environment variable 'TOKEN': the secret has no value");
  variable.mutable_secret()->mutable_value()->set_data(std::string("hid\0den", 7));
  CHECK(why_not(command) == "environment variable 'TOKEN': the secret contains a zero byte");
  variable.mutable_secret()->set_type(v1::Secret::REFERENCE);
  variable.mutable_secret()->mutable_reference()->set_name("vault");
  CHECK(why_not(command).find("needs a secret resolver") != std::string::npos);
}
