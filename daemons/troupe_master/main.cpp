/// troupe-master: reads flags, spawns the actors, hands them to each other, waits for its end.
#include "allocator/allocator_actor.hpp"
#include "cluster/standalone.hpp"
#include "daemons/start_up.hpp"
#include "daemons/troupe_master/settings.hpp"
#include "http/master_routes.hpp"
#include "http/server.hpp"
#include "link/server.hpp"
#include "master/master_actor.hpp"
#include "master/registrar.hpp"
#include "master/whitelist_actor.hpp"
#include "runtime/build_info.hpp"
#include "runtime/metrics_actor.hpp"
#include "runtime/system.hpp"
#include "runtime/verbosity_actor.hpp"
#include "storage/store_actor.hpp"

#include <caf/all.hpp>

#include <iostream>

namespace {

using namespace troupe;

int fail(const std::string& what) {
  std::cerr << "troupe-master: " << what << '\n';
  log_error("not started", {{"reason", what}});
  return 1;
}

caf::expected<store_actor> open_store(caf::actor_system& system, const master_options& options) {
  if (options.registry_in_memory)
    return system.spawn(memory_store);
  return spawn_durable_store(system, *options.work_dir + "/registry.db");
}

/// Everything that runs, in the order in which it started.
struct parts {
  supervisor_actor keeper;
  metrics_actor numbers;
  verbosity_actor verbosity;
  store_actor store;
  registrar_actor registrar;
  allocator_actor allocator;
  master_actor master;
};

/// The allocator has the whitelist before it hears of any agent. Should the file be unreadable now (it
/// was read by `check_settings` before), nobody is offered until it can be read again.
void watch_whitelist(caf::actor_system& system, const parts& p, const std::string& path) {
  auto read = master::read_whitelist(path);
  auto known = read ? *read : set_whitelist{std::set<std::string>{}};
  caf::anon_send(p.allocator, known);
  supervise(p.keeper, "whitelist",
            system.spawn<caf::detached>(master::whitelist_watcher,
                                        master::whitelist_config{.path = path, .known = known},
                                        p.allocator));
}

parts start_parts(caf::actor_system& system, const master_options& options,
                  const troupe::clock& time, store_actor store,
                  shared<mesos::v1::MasterInfo> info) {
  parts p;
  p.keeper = system.spawn<caf::hidden>(supervisor, std::cref(time), end_process);
  p.numbers =
      supervise(p.keeper, "metrics",
                system.spawn(metrics, metrics_config{"master/uptime_secs", true}, std::cref(time)));
  p.verbosity = supervise(p.keeper, "verbosity", system.spawn(verbosity, options.logging.level));
  p.store = supervise(p.keeper, "store", std::move(store));
  p.registrar = supervise(p.keeper, "registrar",
                          system.spawn(master::registrar, registrar_settings(options),
                                       master::registrar_neighbours{p.store, &time, p.numbers}));
  auto allocating = allocator_settings(options);
  allocating.metrics = p.numbers;
  p.allocator = supervise(p.keeper, "allocator",
                          system.spawn(allocator::hierarchical_allocator, std::move(allocating)));
  if (options.whitelist)
    watch_whitelist(system, p, *options.whitelist);
  p.master = supervise(
      p.keeper, "master",
      system.spawn(master::master, master_settings(options, std::move(info)),
                   master::master_neighbours{&time, p.allocator, p.registrar, p.numbers}));
  return p;
}

std::shared_ptr<http::replica_set> start_replicas(caf::actor_system& system, const parts& p,
                                                  const master_options& options) {
  std::vector<http::replica_actor> replicas;
  for (std::size_t i = 0; i < std::max<std::size_t>(1, options.state_replicas); ++i)
    replicas.push_back(supervise(p.keeper, "state replica",
                                 system.spawn(http::replica, replica_settings(options),
                                              http::replica_neighbours{p.master, p.numbers})));
  return std::make_shared<http::replica_set>(std::move(replicas));
}

std::shared_ptr<http::file_table> attach_log(const master_options& options) {
  auto files = std::make_shared<http::file_table>();
  auto log = options.external_log_file ? options.external_log_file : log_file(options.logging);
  if (log)
    if (auto problem = files->attach("/master/log", *log))
      log_warning("the log is not readable over HTTP", {{"reason", *problem}});
  return files;
}

int run(const master_options& options, const std::string& secret) {
  const auto address =
      find_address(options.ip, options.advertise_ip, options.hostname, options.hostname_lookup);
  stop_signals signals;
  http::raise_file_limit();
  real_clock time;
  caf::actor_system_config config;
  configure_system(config, {.network = true});
  caf::actor_system system{config};
  auto store = open_store(system, options);
  if (!store)
    return fail(store_reason(store.error()));
  auto info = master_info(options, address);
  auto p = start_parts(system, options, time, *store, info);
  auto stop = [&](int status) {
    stop_or_exit(system, p.keeper, status);
    p = {};
    store = caf::error{};
    return status;
  };
  auto listening =
      link::listen(system, link_settings(options, address, secret), p.master, options.link_open);
  if (!listening) {
    const auto why = system.render(listening.error());
    return stop(fail(why));
  }
  supervise(p.keeper, "agent link", listening->transport);
  http::server server(server_settings(options, address),
                      http::make_master_router(
                          system, routes_settings(options, address, listening->port, p.verbosity),
                          p.master, start_replicas(system, p, options), attach_log(options),
                          p.numbers));
  auto port = server.start();
  if (!port) {
    const auto why = system.render(port.error());
    listening->transport = nullptr;
    return stop(fail(why));
  }
  log_info("master is up", {{"id", info->id()},
                            {"address", address.advertised_ip},
                            {"port", *port},
                            {"link_port", listening->port}});
  signals.wait();
  log_info("master is stopping");
  server.stop();
  listening->transport = nullptr;
  return stop(0);
}

} // namespace

int main(int argc, char** argv) {
  auto request = read_master_flags(process_flags(argc, argv));
  if (auto status = settle(request, "troupe-master"))
    return *status;
  request.options.logging.program = "mesos-master";
  auto secret = read_secret(request.options.link_secret);
  if (!secret || !start_log(request.options.logging, request.warnings))
    return 1;
  auto problems = check_settings(request.options);
  for (const auto& each : problems)
    std::cerr << "troupe-master: " << each << '\n';
  return problems.empty() ? run(request.options, *secret) : 1;
}
