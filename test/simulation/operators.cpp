/// What operators do: they plan when machines will be away, and think better of it.
#include "world.hpp"

#include <mesos/v1/master.pb.h>

#include <caf/all.hpp>

namespace troupe::simulation {

void world::next_plan() {
  stage_.plan(dice_.between(duration{0}, 2 * plan_pause_), [this] {
    if (stage_.now() >= peace_)
      return;
    plan_maintenance(some_plan(dice_.unit()));
    next_plan();
  });
}

maintenance_plan world::some_plan(double share_of_hosts) {
  maintenance_plan plan;
  for (const auto& agent : agents_)
    if (dice_.chance(share_of_hosts))
      plan[agent->number()] = static_cast<std::int64_t>(dice_.between(1, 3));
  return plan;
}

void world::plan_maintenance(maintenance_plan plan) {
  if (planning_ || !master_.runs())
    return;
  auto call = std::make_shared<mesos::v1::master::Call>();
  call->set_type(mesos::v1::master::Call::UPDATE_MAINTENANCE_SCHEDULE);
  auto& schedule = *call->mutable_update_maintenance_schedule()->mutable_schedule();
  for (const auto& [host, start] : plan) {
    auto& window = *schedule.add_windows();
    window.add_machine_ids()->set_hostname("host" + std::to_string(host));
    window.mutable_unavailability()->mutable_start()->set_nanoseconds(start);
  }
  stage_.note("operator", "plans to take " + std::to_string(plan.size()) + " machines away");
  planning_ = true;
  checkers_.planned(std::move(plan));
  const auto answered = [this](const api_answer& answer) {
    planning_ = false;
    stage_.note("operator", "is answered " + std::to_string(answer.status));
    if (answer.status == 200)
      checkers_.plan_in_force();
    else if (answer.status == 503)
      checkers_.plan_refused();
    else
      stage_.fail("the plan was answered " + std::to_string(answer.status) + " " + answer.text);
  };
  // Who knows whether a master that died has stored it.
  const auto unanswered = [this](const caf::error&) { planning_ = false; };
  stage_.actors().spawn([=, master = master_.process()](caf::event_based_actor* self) {
    self->request(master, caf::infinite, operator_request{call, ""}).then(answered, unanswered);
  });
}

} // namespace troupe::simulation
