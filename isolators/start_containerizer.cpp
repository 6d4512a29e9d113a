#include "isolators/start_containerizer.hpp"

#include "isolators/containerizer_metrics.hpp"
#include "isolators/filesystem_isolator.hpp"
#include "isolators/isolation_plan.hpp"
#include "isolators/posix_isolator.hpp"
#include "isolators/secret_isolator.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <unistd.h>

namespace troupe::isolators {
namespace {

/// All faults in one text; empty when there is none.
std::string faults_of(const launcher_config& config) {
  std::string text;
  const auto add = [&](const std::string& fault) { text += (text.empty() ? "" : "; ") + fault; };
  if (!config.work_dir.starts_with('/'))
    add("the work directory '" + config.work_dir + "' is not an absolute path");
  if (!config.runtime_dir.starts_with('/'))
    add("the runtime directory '" + config.runtime_dir + "' is not an absolute path");
  if (::access(config.init_binary.c_str(), X_OK) != 0)
    add("'" + config.init_binary + "' cannot be executed");
  return text;
}

isolator_actor spawn_isolator(caf::actor_system& system, const std::string& name,
                              const containerizer_config& config) {
  if (name == "filesystem/posix")
    return system.spawn<caf::detached>(filesystem_isolator, config.launcher.work_dir);
  if (name == "environment_secret")
    return system.spawn(secret_isolator);
  return system.spawn(posix_isolator);
}

} // namespace

outcome<containerizer_actor> start_containerizer(caf::actor_system& system,
                                                 const containerizer_config& config,
                                                 const clock& time) {
  const auto names = plan_isolation(config.isolation);
  auto faults = faults_of(config.launcher);
  if (!names)
    faults += (faults.empty() ? "" : "; ") + names.error();
  if (!faults.empty())
    return failure{faults};

  if (config.metrics)
    caf::anon_send(config.metrics, declared_metrics());
  auto around = std::make_shared<container_neighbours>();
  around->launcher = system.spawn<caf::detached>(posix_launcher, config.launcher, config.metrics);
  around->fetcher = system.spawn(fetcher, config.fetcher, config.metrics);
  around->runtime_dir = config.launcher.runtime_dir;
  for (const auto& name : *names)
    around->isolators.push_back(spawn_isolator(system, name, config));
  const auto is_on = [&](const char* name) {
    return std::find(names->begin(), names->end(), name) != names->end();
  };
  containerizer_neighbours neighbours{std::move(around),
                                      system.spawn<caf::detached>(usage_meter),
                                      {is_on("posix/cpu"), is_on("posix/mem")}};
  return containerizer_actor{system.spawn(containerizer, std::move(neighbours), std::cref(time))};
}

} // namespace troupe::isolators
