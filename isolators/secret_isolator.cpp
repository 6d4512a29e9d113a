#include "isolators/secret_isolator.hpp"

#include "runtime/errors.hpp"

#include <caf/all.hpp>
#include <mesos/v1/mesos.pb.h>

namespace troupe::isolators {
namespace {

namespace v1 = mesos::v1;

outcome<std::string> resolve(const v1::Environment::Variable& variable) {
  const std::string about = "environment variable '" + variable.name() + "': ";
  if (!variable.has_secret())
    return failure{about + "it is of type SECRET and has no secret"};
  const auto& secret = variable.secret();
  if (secret.has_reference() || secret.type() == v1::Secret::REFERENCE)
    return failure{about + "a secret by reference needs a secret resolver, and there is none"};
  if (!secret.has_value())
    return failure{about + "the secret has no value"};
  if (secret.value().data().find('\0') != std::string::npos)
    return failure{about + "the secret contains a zero byte"};
  return secret.value().data();
}

} // namespace

outcome<std::map<std::string, std::string>> resolve_secrets(const v1::CommandInfo& command) {
  std::map<std::string, std::string> result;
  for (const auto& variable : command.environment().variables()) {
    if (variable.type() != v1::Environment::Variable::SECRET)
      continue;
    auto value = resolve(variable);
    if (!value)
      return failure{value.error()};
    result[variable.name()] = *std::move(value);
  }
  return result;
}

isolator_actor::behavior_type secret_isolator(isolator_actor::pointer) {
  return {
      [](const prepare_isolation& x) -> caf::result<isolation> {
        auto secrets = resolve_secrets(*x.spec->command);
        if (!secrets)
          return to_error({secrets.error()});
        return isolation{*std::move(secrets)};
      },
      [](const isolate_process&) { return isolation_done{}; },
      [](const update_isolation&) { return isolation_done{}; },
      [](const cleanup_isolation&) { return isolation_done{}; },
  };
}

} // namespace troupe::isolators
