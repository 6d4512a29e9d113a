#include "sim_master.hpp"

#include "allocator/allocator_actor.hpp"
#include "master/master_actor.hpp"
#include "master/registrar.hpp"
#include "sim_replica.hpp"
#include "slow_store.hpp"
#include "storage/store_actor.hpp"

#include <mesos/v1/mesos.pb.h>

#include <caf/send.hpp>

namespace troupe::simulation {

using namespace std::chrono_literals;

namespace {

master::master_config make_config(unsigned life, std::optional<duration> offer_timeout) {
  master::master_config config;
  const auto name = "M" + std::to_string(life);
  mesos::v1::MasterInfo info;
  info.set_id(name);
  info.set_ip(0);
  info.set_port(5050);
  info.set_hostname("master");
  config.core.id = master_id{name};
  config.core.info = std::make_shared<mesos::v1::MasterInfo>(std::move(info));
  config.core.offer_timeout = offer_timeout;
  return config;
}

} // namespace

sim_master::sim_master(stage& where, checkers& judges, network& net, dice chance)
    : stage_(where)
    , checkers_(judges)
    , network_(net)
    , dice_(chance)
    , store_(where.actors().spawn(memory_store)) {}

void sim_master::start() {
  auto& system = stage_.actors();
  stage_.note("master", "starts");
  allocator::allocator_config allocation;
  allocation.policy.seed = dice_.next();
  const auto allocator = system.spawn(allocator::hierarchical_allocator, allocation);
  const auto store = system.spawn(slow_store, store_, dice_.between(1ms, 50ms));
  const auto registrar = system.spawn(master::registrar, master::registrar_config{},
                                      master::registrar_neighbours{store, &stage_.clock(), {}});
  process_ = system.spawn(master::master, make_config(++lives_, offer_timeout_),
                          master::master_neighbours{&stage_.clock(), allocator, registrar, {}});
  process_->attach_functor([this, address = process_.address()](const caf::error& why) {
    if (process_ && process_.address() == address)
      stage_.fail("the master ended: " + stage_.actors().render(why));
  });
  *view_ = {};
  const auto replica = system.spawn(sim_replica, view_, &stage_);
  caf::anon_send(process_, attach_replica{replica});
  others_ = {caf::actor_cast<caf::actor>(allocator), caf::actor_cast<caf::actor>(registrar),
             caf::actor_cast<caf::actor>(store), caf::actor_cast<caf::actor>(replica)};
  network_.master_up(process_);
}

void sim_master::stop() {
  const auto process = std::exchange(process_, nullptr);
  caf::anon_send_exit(process, caf::exit_reason::kill);
  for (const auto& actor : std::exchange(others_, {}))
    caf::anon_send_exit(actor, caf::exit_reason::kill);
}

void sim_master::crash() {
  if (!runs())
    return;
  stage_.note("master", "crashes");
  stop();
  network_.master_down(dice_.chance(0.8));
  checkers_.master_crashed();
  if (crashed_)
    crashed_();
}

} // namespace troupe::simulation
