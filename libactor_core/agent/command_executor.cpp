#include "agent/command_executor.hpp"

#include "runtime/logging.hpp"

#include <caf/all.hpp>
#include <mesos/v1/executor.pb.h>

namespace troupe::agent {

namespace v1 = mesos::v1;
using v1::executor::Call;
using v1::executor::Event;
using self_pointer = command_executor_actor::stateful_pointer<command_executor_state>;

namespace {

Call make_call(const command_run& run, Call::Type type) {
  Call call;
  call.set_type(type);
  call.mutable_framework_id()->set_value(run.key.framework.value());
  call.mutable_executor_id()->set_value(run.key.executor.value());
  return call;
}

/// Carries effects out; a class only to be visited.
class performer {
 public:
  explicit performer(self_pointer self)
      : self_(self) {}

  void operator()(command_effect::update& x) {
    auto& st = self_->state;
    auto call = make_call(*st.run, Call::UPDATE);
    *call.mutable_update()->mutable_status() = std::move(x.status);
    auto shared_call = std::make_shared<const Call>(std::move(call));
    if (st.subscribed)
      send_update(self_, std::move(shared_call));
    else
      st.unsent.push_back(std::move(shared_call));
  }
  void operator()(command_effect::launch&) {
    auto& st = self_->state;
    self_->send(st.containerizer, launch_container{st.run->spec, self_});
  }
  void operator()(command_effect::signal& x) {
    self_->send(self_->state.containerizer, signal_container{self_->state.run->spec->id, x.number});
  }
  void operator()(command_effect::destroy&) {
    self_->send(self_->state.containerizer, destroy_container{self_->state.run->spec->id});
  }
  void operator()(command_effect::finish& x) {
    self_->send(self_->state.agent, std::move(x.exit));
    self_->quit();
  }

  /// The agent answers when the update is safe; its acknowledgement comes as an event.
  static void send_update(self_pointer self, executor_call_ptr call) {
    const auto key = self->state.run->key;
    self->request(self->state.agent, caf::infinite, executor_request{std::move(call)})
        .then(
            [key](const api_answer& answer) {
              if (answer.status != 202)
                log_warning("the agent refused an update of its own executor",
                            {{"executor", key.executor}, {"why", answer.text}});
            },
            [self](const caf::error& why) { self->quit(why); });
  }

 private:
  self_pointer self_;
};

void arm(self_pointer self) {
  auto& st = self->state;
  const auto next = st.task->next_deadline();
  if (!next || (st.armed && *st.armed <= *next))
    return;
  st.armed = next;
  const auto now = st.clock->steady();
  self->delayed_send(self, std::max(*next - now, std::chrono::nanoseconds{0}),
                     caf::tick_atom::value);
}

void perform(self_pointer self, command_effects effects) {
  for (auto& effect : effects)
    std::visit(performer{self}, effect);
  if (self->state.task->phase() != command_phase::done)
    arm(self);
}

void subscribe(self_pointer self) {
  auto& st = self->state;
  auto call = make_call(*st.run, Call::SUBSCRIBE);
  auto& subscribe = *call.mutable_subscribe();
  if (const auto* task = st.task->task())
    *subscribe.add_unacknowledged_tasks() = *task;
  self->request(st.agent, caf::infinite,
                subscribe_executor{std::make_shared<const Call>(std::move(call)), self})
      .then(
          [self](const api_answer& answer) {
            if (answer.status != 200)
              self->quit(caf::make_error(caf::sec::runtime_error, answer.text));
          },
          [self](const caf::error& why) { self->quit(why); });
}

void handle(self_pointer self, const Event& event) {
  auto& st = self->state;
  const auto time = now(*st.clock);
  switch (event.type()) {
  case Event::SUBSCRIBED:
    st.subscribed = true;
    for (auto& call : std::exchange(st.unsent, {}))
      performer::send_update(self, std::move(call));
    break;
  case Event::LAUNCH:
    perform(self, st.task->launch(event.launch().task(), time));
    break;
  case Event::KILL: {
    const auto* policy = event.kill().has_kill_policy() ? &event.kill().kill_policy() : nullptr;
    perform(self, st.task->kill(policy, time));
    break;
  }
  case Event::ACKNOWLEDGED:
    perform(self, st.task->acknowledged(event.acknowledged().uuid(), time));
    break;
  case Event::SHUTDOWN:
    perform(self, st.task->shut_down(time));
    break;
  default:
    break;
  }
}

} // namespace

command_executor_actor::behavior_type
command_executor(self_pointer self, const shared<command_run>& run, const agent_actor& agent,
                 const containerizer_actor& containerizer, const troupe::clock& clock) {
  auto& st = self->state;
  st.task = std::make_unique<command_task>(run);
  st.run = run;
  st.agent = agent;
  st.containerizer = containerizer;
  st.clock = &clock;
  self->monitor(agent);
  self->set_down_handler([self](caf::down_msg& down) { self->quit(std::move(down.reason)); });
  subscribe(self);
  return {
      [self](const executor_event& x) { handle(self, *x.event); },
      [](const endpoint_close&) {
        // The agent ends the subscription only after this executor's end, or with SHUTDOWN.
      },
      [self](const troupe::container_started& x) {
        self->send(self->state.agent, x);
        perform(self, self->state.task->started(now(*self->state.clock)));
      },
      [self](const troupe::container_exited& x) {
        perform(self, self->state.task->exited(x, now(*self->state.clock)));
      },
      [self](caf::tick_atom) {
        self->state.armed.reset();
        perform(self, self->state.task->tick(now(*self->state.clock)));
      },
  };
}

} // namespace troupe::agent
