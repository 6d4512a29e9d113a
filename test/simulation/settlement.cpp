/// After the trouble: everything has to come into order, and stay so.
#include "world.hpp"

#include "model/resource_text.hpp"
#include "wire/resource_convert.hpp"
#include "wire/task_state.hpp"

#include <caf/all.hpp>

namespace troupe::simulation {

using namespace std::chrono_literals;

namespace {

/// Longer than every time-out on the way: agents that return, the slowest repetition of an update.
constexpr auto patience = 45min;

/// Asks an agent what it sees.
void ask_agent(caf::actor_system& system, const agent_actor& whom,
               std::function<void(const shared<agent_state_view>&)> then,
               std::function<void(const caf::error&)> otherwise) {
  system.spawn([=](caf::event_based_actor* self) {
    self->request(whom, caf::infinite, get_agent_state{}).then(then, otherwise);
  });
}

} // namespace

void world::calm_down() {
  if (stage_.failure())
    return;
  stage_.note("world", "peace");
  network_.calm_down();
  for (const auto& framework : frameworks_)
    framework->calm_down();
  if (!master_.runs())
    stage_.plan(0s, [this] {
      if (!master_.runs())
        master_.start();
    });
  for (const auto& agent : agents_) {
    stage_.plan(dice_.between(0s, 5s), [&agent] {
      if (!agent->runs())
        agent->start();
    });
    // What datagrams have swallowed comes to light when an agent registers again.
    if (network_.sky().datagrams)
      stage_.plan(dice_.between(5s, 10s),
                  [this, &agent] { network_.sever(agent->number(), "end of the datagrams"); });
  }
}

std::string world::why_unsettled() const {
  const auto& view = master_.view();
  // The master takes a cut-off agent for active until its pings tell.
  if (const auto host = network_.unreachable())
    return "host " + std::to_string(*host) + " cannot be reached";
  for (const auto& agent : agents_)
    if (agent->containers().count() != 0)
      return "host " + std::to_string(agent->number()) +
             " has containers:" + agent->containers().list();
  if (!view.recovered_agents.empty())
    return "the master waits for agent " + *view.recovered_agents.begin();
  std::size_t active = 0;
  for (const auto& [id, agent] : view.agents)
    active += agent.active;
  if (active != agents_.size())
    return "the master has " + std::to_string(active) + " active agents of " +
           std::to_string(agents_.size());
  for (framework_number number = 0; number < frameworks_.size(); ++number)
    if (!frameworks_[number]->is_done())
      return "framework " + std::to_string(number) + " has tasks without an end";
  for (const auto& [name, task] : view.tasks) {
    for (const auto& framework : frameworks_)
      if (framework->id() == name.first)
        return "the master still has task " + to_text(name) + " in " +
               mesos::v1::TaskState_Name(task->state());
  }
  return {};
}

void world::settle() {
  const auto limit = stage_.now() + patience;
  stage_.pass(30s);
  while (!stage_.failure() && !why_unsettled().empty() && stage_.now() < limit)
    stage_.pass(10s);
  if (stage_.failure())
    return;
  if (const auto why = why_unsettled(); !why.empty()) {
    stage_.fail("not in order after " + seconds(patience) + " of peace: " + why);
    return;
  }
  if (const auto why = checkers_.tasks().unfinished())
    stage_.fail(*why);
}

/// Agents may know of tasks only what the master knows too.
void world::compare_with_agents() {
  if (stage_.failure())
    return;
  for (const auto& agent : agents_)
    ask_agent(
        stage_.actors(), agent->process(),
        [this](const shared<agent_state_view>& state) {
          for (const auto& framework : state->frameworks)
            for (const auto& executor : framework->executors)
              for (const auto& task : executor->tasks) {
                const task_name name{framework->id.value(), task->task_id().value()};
                if (!master_.view().tasks.contains(name) && !wire::is_terminal(task->state()))
                  stage_.fail("agent " + state->id.value() + " runs task " + to_text(name) +
                              ", which the master does not know");
              }
        },
        [this](const caf::error& why) {
          stage_.fail("an agent does not answer: " + stage_.actors().render(why));
        });
  stage_.pass(1s);
}

/// Every framework goes; then nothing may be left of them anywhere.
void world::clear_all() {
  if (stage_.failure())
    return;
  stage_.note("world", "all frameworks are torn down");
  for (const auto& framework : frameworks_)
    framework->stop();
  stage_.pass(1s);
  const auto known = master_.view().frameworks;
  for (const auto& id : known)
    caf::anon_send(master_.process(), teardown_framework{framework_id{id}});
  stage_.pass(30s);
  if (stage_.failure())
    return;
  const auto& view = master_.view();
  if (!view.frameworks.empty())
    stage_.fail("framework " + *view.frameworks.begin() + " is still there after its teardown");
  if (!view.tasks.empty())
    stage_.fail("task " + to_text(view.tasks.begin()->first) + " has outlived its framework");
  if (!view.offers.empty())
    stage_.fail("offer " + *view.offers.begin() + " has outlived its framework");
  if (!view.inverse_offers.empty())
    stage_.fail("inverse offer " + *view.inverse_offers.begin() + " has outlived its framework");
  for (const auto& agent : agents_)
    ask_agent(
        stage_.actors(), agent->process(),
        [this](const shared<agent_state_view>& state) {
          for (const auto& framework : state->frameworks)
            stage_.fail("agent " + state->id.value() + " still has framework " +
                        framework->id.value());
        },
        [this](const caf::error& why) {
          stage_.fail("an agent does not answer: " + stage_.actors().render(why));
        });
  stage_.pass(1s);
}

/// A new framework must be offered all that there is, and asked to leave all of it when that is planned.
void world::probe() {
  if (stage_.failure())
    return;
  const auto away = some_plan(0.5);
  plan_maintenance(away);
  stage_.pass(5s);
  std::map<std::string, resources> offered;  // by host name
  std::map<std::string, std::int64_t> asked; // the same
  const auto take = [&](const scheduler_event_ptr& event) {
    for (const auto& offer : event->offers().offers())
      offered[offer.hostname()] += wire::from_proto(offer.resources())->unallocated();
    for (const auto& offer : event->inverse_offers().inverse_offers())
      asked[offer.url().address().hostname()] = offer.unavailability().start().nanoseconds();
  };
  const auto complain = [&](const api_answer& answer) {
    if (answer.status != 200)
      stage_.fail("the probe may not subscribe: " + answer.text);
  };
  auto port = stage_.actors().spawn(
      scheduler_port, port_hooks{take, [](const std::string&) {}, complain,
                                 [](const scheduler_call_ptr&, const api_answer&) {}});
  mesos::v1::scheduler::Call call;
  call.set_type(mesos::v1::scheduler::Call::SUBSCRIBE);
  auto& info = *call.mutable_subscribe()->mutable_framework_info();
  info.set_user("sim");
  info.set_name("probe");
  info.set_role("eng");
  caf::anon_send(
      port, port_subscribe{master_.process(),
                           {std::make_shared<mesos::v1::scheduler::Call>(call), {}, "probe", ""}});
  stage_.pass(5s);
  for (const auto& agent : agents_) {
    const auto& total = checkers_.total_of(agent->number());
    const auto& found = offered["host" + std::to_string(agent->number())];
    if (!(found == total))
      stage_.fail("of host " + std::to_string(agent->number()) + " is offered " + to_text(found) +
                  " in the end, not all of " + to_text(total));
    const auto start = asked.find("host" + std::to_string(agent->number()));
    const auto wanted = away.find(agent->number());
    if (wanted == away.end() ? start != asked.end()
                             : start == asked.end() || start->second != wanted->second)
      stage_.fail("the probe is not asked to leave host " + std::to_string(agent->number()) +
                  " as planned, or is though it stays");
  }
  caf::anon_send_exit(port, caf::exit_reason::user_shutdown);
  stage_.pass(1s);
}

} // namespace troupe::simulation
