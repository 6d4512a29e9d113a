/// troupe-agent: reads flags, spawns the actors, hands them to each other, waits for its end.
#include "agent/agent_actor.hpp"
#include "agent/checkpointer_actor.hpp"
#include "agent/sandbox_keeper.hpp"
#include "daemons/start_up.hpp"
#include "daemons/troupe_agent/settings.hpp"
#include "http/server.hpp"
#include "isolators/start_containerizer.hpp"
#include "link/connector.hpp"
#include "model/resource_text.hpp"
#include "runtime/metrics_actor.hpp"
#include "runtime/system.hpp"
#include "runtime/verbosity_actor.hpp"

#include "runtime/errors.hpp"
#include <caf/all.hpp>

#include <csignal>
#include <filesystem>
#include <iostream>

namespace {

using namespace troupe;

int fail(const std::string& what) {
  std::cerr << "troupe-agent: " << what << '\n';
  log_error("not started", {{"reason", what}});
  return 1;
}

struct parts {
  supervisor_actor keeper;
  metrics_actor numbers;
  verbosity_actor verbosity;
  agent::agent_neighbours around;
  agent_actor agent;
  link::connector_actor connector;
};

parts start_parts(caf::actor_system& system, const agent_options& options,
                  const troupe::clock& time, const agent::agent_config& config,
                  metrics_actor numbers, containerizer_actor containerizer) {
  parts p;
  p.keeper = system.spawn<caf::hidden>(supervisor, std::cref(time), end_process);
  p.numbers = supervise(p.keeper, "metrics", std::move(numbers));
  p.verbosity = supervise(p.keeper, "verbosity", system.spawn(verbosity, options.logging.level));
  p.around.metrics = p.numbers;
  p.around.containerizer = supervise(p.keeper, "containerizer", std::move(containerizer));
  p.around.checkpointer =
      supervise(p.keeper, "checkpointer",
                system.spawn<caf::detached>(agent::checkpointer, config.work_dir + "/meta"));
  p.around.sandboxes =
      supervise(p.keeper, "sandbox keeper",
                system.spawn<caf::detached>(agent::sandbox_keeper, config.work_dir));
  auto shell = system.spawn(agent::agent, config, p.around, std::cref(time));
  p.agent = caf::actor_cast<agent_actor>(shell);
  return p;
}

/// Waits for a signal or for the agent's own end; gives the process's exit status.
int wait_for_end(caf::actor_system& system, const parts& p, stop_signals& signals) {
  caf::scoped_actor self{system, true};
  self->monitor(p.agent);
  for (;;) {
    const int signal = signals.wait_for(std::chrono::milliseconds(100));
    if (signal == SIGUSR1) {
      log_info("leaving the cluster");
      self->send(p.agent, leave_cluster{});
    } else if (signal != 0) {
      log_info("agent is stopping; its tasks go on");
      return 0;
    }
    std::optional<caf::error> end;
    self->receive([&](const caf::down_msg& down) { end = down.reason; },
                  caf::after(std::chrono::milliseconds(0)) >> [] {});
    if (!end)
      continue;
    if (!*end || *end == caf::exit_reason::normal)
      return 0;
    std::cerr << "troupe-agent: " << text_of(*end) << '\n';
    log_error("the agent ended", {{"reason", text_of(*end)}});
    return 1;
  }
}

int run(const agent_options& options, const agent::agent_config& config,
        link::connector_config connector, const daemon_address& address) {
  stop_signals signals{SIGUSR1};
  http::raise_file_limit();
  real_clock time;
  caf::actor_system_config system_config;
  configure_system(system_config, {.network = true});
  caf::actor_system system{system_config};
  auto numbers = system.spawn(metrics, metrics_config{"slave/uptime_secs", true}, std::cref(time));
  auto containers = containerizer_settings(options, config);
  containers.metrics = numbers;
  auto containerizer = isolators::start_containerizer(system, containers, time);
  if (!containerizer)
    return fail(containerizer.error());
  auto p = start_parts(system, options, time, config, std::move(numbers), *containerizer);
  auto files = std::make_shared<http::file_table>();
  if (auto log = options.external_log_file ? options.external_log_file : log_file(options.logging))
    if (auto problem = files->attach("/slave/log", *log))
      log_warning("the log is not readable over HTTP", {{"reason", *problem}});
  http::server server(server_settings(options, address),
                      http::make_agent_router(system, routes_settings(options, config, p.verbosity),
                                              p.agent, p.around.containerizer, files, p.numbers));
  int status = 1;
  if (auto port = server.start()) {
    http::attach_sandboxes(system, p.agent, files, config.work_dir);
    p.connector = supervise(p.keeper, "link connector",
                            system.spawn(link::connector, std::move(connector), p.agent));
    log_info("agent is up", {{"address", address.advertised_ip},
                             {"port", *port},
                             {"master", options.master},
                             {"resources", to_text(config.total)}});
    status = wait_for_end(system, p, signals);
  } else {
    fail(text_of(port.error()));
  }
  server.stop();
  caf::anon_send_exit(p.agent, caf::exit_reason::user_shutdown);
  stop_or_exit(system, p.keeper, status);
  return status;
}

} // namespace

int main(int argc, char** argv) {
  auto request = read_agent_flags(process_flags(argc, argv));
  if (auto status = settle(request, "troupe-agent"))
    return *status;
  const auto& options = request.options;
  const auto secret = read_secret(options.link_secret);
  if (!secret || !start_log(options.logging, request.warnings))
    return 1;
  const auto address =
      find_address(options.ip, options.advertise_ip, options.hostname, options.hostname_lookup);
  auto config = agent_settings(options, address);
  auto connector = connector_settings(options, *secret);
  for (const auto& problem : {config ? "" : config.error(), connector ? "" : connector.error()})
    if (!problem.empty())
      std::cerr << "troupe-agent: " << problem << '\n';
  if (!config || !connector)
    return 1;
  return run(options, *config, std::move(*connector), address);
}
