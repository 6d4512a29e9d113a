/// What goes wrong, and when.
#include "world.hpp"

namespace troupe::simulation {

using namespace std::chrono_literals;

void world::trouble(duration span) {
  fault_pause_ = dice_.between(8s, 90s);
  peace_ = stage_.now() + span;
  next_fault();
  if (plan_pause_ > duration{0})
    next_plan();
  stage_.pass(span);
}

void world::next_fault() {
  stage_.plan(dice_.between(duration{0}, 2 * fault_pause_), [this] {
    if (stage_.now() >= peace_)
      return;
    ++faults_;
    const auto what = dice_.below(100);
    if (what < 35)
      hit_network();
    else if (what < 60)
      hit_agent();
    else if (what < 90)
      hit_framework();
    else
      hit_master();
    next_fault();
  });
}

void world::restart_agent_later(sim_agent& agent) {
  const auto pause = dice_.chance(0.1)   ? dice_.between(60s, 12min)
                     : dice_.chance(0.4) ? dice_.between(10ms, 2s)
                                         : dice_.between(2s, 60s);
  stage_.plan(pause, [&agent] {
    if (!agent.runs())
      agent.start();
  });
}

void world::hit_agent() {
  auto& agent = *dice_.pick(agents_);
  if (!agent.runs())
    return;
  if (dice_.chance(0.2))
    agent.reboot();
  else
    agent.crash();
  restart_agent_later(agent);
}

void world::hit_framework() {
  auto& framework = *dice_.pick(frameworks_);
  const auto pause = dice_.chance(0.2) ? dice_.between(10s, 3min) : dice_.between(1ms, 10s);
  const auto what = dice_.below(10);
  if (what < 4)
    framework.disconnect(pause);
  else if (what < 7)
    framework.crash(pause);
  else if (what < 9)
    framework.take_over();
  else
    framework.tear_down();
}

void world::hit_network() {
  const auto what = dice_.below(10);
  if (what < 5) {
    network_.sever(dice_.pick(agents_)->number(), "a fault");
    return;
  }
  const auto span = dice_.chance(0.2) ? dice_.between(70s, 15min) : dice_.between(1s, 60s);
  if (what < 9) {
    network_.cut(dice_.pick(agents_)->number(), span);
    return;
  }
  for (const auto& agent : agents_)
    if (dice_.chance(0.6))
      network_.cut(agent->number(), span);
}

void world::hit_master() {
  if (!master_.runs())
    return;
  master_.crash();
  const auto pause = dice_.chance(0.05) ? dice_.between(1min, 11min) : dice_.between(100ms, 20s);
  stage_.plan(pause, [this] {
    if (!master_.runs())
      master_.start();
  });
}

} // namespace troupe::simulation
