#include "world.hpp"

#include <caf/send.hpp>

namespace troupe::simulation {

using namespace std::chrono_literals;

namespace {

weather choose_weather(dice chance) {
  weather sky;
  sky.datagrams = chance.chance(0.25);
  sky.loss = sky.datagrams ? 0.01 * chance.unit() : 0.002 * chance.unit();
  sky.duplication = chance.chance(0.5) ? 0.05 * chance.unit() : 0;
  sky.shortest_delay = 100us;
  sky.longest_delay = chance.chance(0.2) ? duration{3s} : duration{100ms};
  if (chance.chance(0.7))
    sky.silence_limit = 15s;
  return sky;
}

} // namespace

world::world(std::uint64_t seed, bool print)
    : stage_(print)
    , dice_(seed)
    , checkers_(stage_)
    , network_(stage_, checkers_, dice_.fork(), choose_weather(dice_.fork()))
    , master_(stage_, checkers_, network_, dice_.fork()) {
  populate();
}

void world::populate() {
  constexpr double timeouts[] = {0, 5, 60, 600, 3600};
  const std::string roles[] = {"*", "eng", "ops", "eng/dev"};
  if (dice_.chance(0.3))
    master_.set_offer_timeout(dice_.between(30s, 300s));
  if (dice_.chance(0.6))
    plan_pause_ = dice_.between(5s, 60s);
  master_.on_crash([this] {
    for (const auto& framework : frameworks_)
      framework->master_gone();
  });
  const auto hosts = dice_.between(1, 5);
  for (host_number number = 0; number < hosts; ++number) {
    auto total = "cpus:" + std::to_string(dice_.between(1, 8)) +
                 ";mem:" + std::to_string(dice_.between(256, 4096)) +
                 ";disk:1000;ports:[31000-31009]";
    if (dice_.chance(0.3))
      total += ";cpus(eng):2;mem(eng):512";
    agents_.push_back(
        std::make_unique<sim_agent>(stage_, checkers_, network_, dice_.fork(), number, total));
  }
  const auto count = dice_.between(1, 4);
  for (framework_number number = 0; number < count; ++number) {
    framework_nature nature;
    nature.role = roles[dice_.below(4)];
    nature.multi_role = dice_.chance(0.5);
    nature.partition_aware = dice_.chance(0.6);
    nature.checkpoint = dice_.chance(0.8);
    nature.killing_state = dice_.chance(0.5);
    nature.failover_timeout = timeouts[dice_.below(5)];
    nature.appetite = 0.2 + 0.7 * dice_.unit();
    frameworks_.push_back(
        std::make_unique<sim_framework>(stage_, checkers_, master_, dice_.fork(), number, nature));
  }
}

world::~world() {
  for (const auto& framework : frameworks_)
    framework->stop();
  for (const auto& agent : agents_)
    agent->crash();
  if (master_.runs())
    master_.stop();
}

outcome_of_run world::run() {
  master_.start();
  for (const auto& agent : agents_)
    agent->start();
  for (const auto& framework : frameworks_)
    framework->start();
  trouble(dice_.between(3min, 10min));
  calm_down();
  settle();
  compare_with_agents();
  clear_all();
  probe();
  outcome_of_run result;
  result.failure = stage_.failure();
  result.hash = stage_.hash();
  result.last_lines.assign(stage_.last_lines().begin(), stage_.last_lines().end());
  result.virtual_time = stage_.now();
  result.offers = checkers_.offers_seen();
  result.inverse_offers = checkers_.inverse_offers_seen();
  result.updates = checkers_.updates_seen();
  result.tasks = checkers_.tasks().ran();
  result.faults = faults_;
  return result;
}

} // namespace troupe::simulation
