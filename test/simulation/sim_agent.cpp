#include "sim_agent.hpp"

#include "model/resource_text.hpp"
#include "wire/resource_convert.hpp"

#include <caf/send.hpp>

namespace troupe::simulation {

using namespace std::chrono_literals;

sim_agent::sim_agent(stage& where, checkers& judges, network& net, dice chance, host_number number,
                     const std::string& total)
    : stage_(where)
    , checkers_(judges)
    , network_(net)
    , dice_(chance)
    , number_(number)
    , containers_(std::make_unique<sim_containers>(where, judges, dice_.fork(), number)) {
  mesos::v1::AgentInfo info;
  info.set_hostname("host" + std::to_string(number));
  info.set_port(5051);
  const auto bag = *parse_resources(total);
  *info.mutable_resources() = wire::to_proto(bag, wire::resource_format::post_refinement);
  info_ = std::make_shared<mesos::v1::AgentInfo>(std::move(info));
  checkers_.add_host(bag);
  network_.add_host();
}

agent::agent_config sim_agent::config() {
  agent::agent_config config;
  config.info = info_;
  config.total = checkers_.total_of(number_);
  config.ip = "10.0.0." + std::to_string(number_ + 1);
  config.work_dir = "/host" + std::to_string(number_);
  config.boot_id = "boot-" + std::to_string(boots_);
  config.switch_user = false;
  config.seed = dice_.next();
  return config;
}

void sim_agent::start() {
  auto& system = stage_.actors();
  stage_.note("host " + std::to_string(number_), "agent starts");
  const auto checkpointer =
      system.spawn(agent::memory_checkpointer, disk_, dice_.between(1ms, 20ms));
  checkpointer_ = caf::actor_cast<caf::actor>(checkpointer);
  port_ = containers_->open_port();
  const auto shell =
      system.spawn(agent::agent, config(), agent::agent_neighbours{port_, checkpointer, {}, {}},
                   std::cref(stage_.clock()));
  process_ = shell;
  shell->attach_functor([this, address = shell.address()](const caf::error& why) {
    if (process_ && process_.address() == address)
      stage_.fail("the agent of host " + std::to_string(number_) +
                  " ended: " + stage_.actors().render(why));
  });
  network_.agent_up(number_, shell);
}

void sim_agent::stop(bool orderly) {
  const auto process = std::exchange(process_, nullptr);
  network_.agent_down(number_, orderly);
  disk_->crash(dice_.chance(0.5) ? dice_.below(40) : 0);
  for (const auto& actor :
       {caf::actor_cast<caf::actor>(process), checkpointer_, caf::actor_cast<caf::actor>(port_)})
    caf::anon_send_exit(actor, caf::exit_reason::kill);
  checkpointer_ = nullptr;
  port_ = nullptr;
}

void sim_agent::crash() {
  if (!runs())
    return;
  stage_.note("host " + std::to_string(number_), "agent crashes");
  stop(true);
  containers_->agent_gone();
}

void sim_agent::reboot() {
  stage_.note("host " + std::to_string(number_), "reboots");
  if (runs())
    stop(false);
  containers_->reboot();
  ++boots_;
}

} // namespace troupe::simulation
