#include "runtime/supervisor_actor.hpp"

#include "runtime/errors.hpp"
#include "runtime/logging.hpp"

#include <caf/all.hpp>

#include <cstdlib>

namespace troupe {

namespace {

using self_pointer = supervisor_actor::stateful_pointer<supervisor_state>;

/// How long killed components may take to be gone before they are given up.
constexpr std::chrono::seconds last_patience{2};

void stop_next(self_pointer self) {
  auto& state = self->state;
  if (!state.components.empty()) {
    self->send_exit(state.components.back().handle, caf::exit_reason::user_shutdown);
    return;
  }
  state.answer.deliver(components_stopped{std::move(state.killed)});
  self->quit();
}

/// Overtakes whatever waits in the mailboxes.
void kill_all(self_pointer self) {
  for (const auto& each : self->state.components) {
    self->state.killed.push_back(each.name);
    log_warning("component did not stop in time and is killed", {{"component", each.name}});
    caf::anon_send<caf::message_priority::high>(
        each.handle, caf::exit_msg{self->address(), caf::exit_reason::kill});
  }
}

bool may_restart(supervisor_state::component& component, steady_time now) {
  const auto& policy = component.restart;
  if (!policy.start)
    return false;
  auto& past = component.restarts;
  while (!past.empty() && past.front() + policy.window < now)
    past.pop_front();
  if (past.size() >= policy.limit)
    return false;
  past.push_back(now);
  return true;
}

void on_down(self_pointer self, const caf::down_msg& down, steady_time now,
             const death_handler& on_death) {
  auto& components = self->state.components;
  auto found = std::find_if(components.begin(), components.end(),
                            [&](const auto& each) { return each.handle.address() == down.source; });
  if (found == components.end())
    return;
  if (self->state.stopping) {
    bool was_next = found + 1 == components.end();
    components.erase(found);
    if (was_next)
      stop_next(self);
    return;
  }
  auto reason = text_of(down.reason);
  if (may_restart(*found, now)) {
    log_warning("component died and is started again",
                {{"component", found->name}, {"reason", reason}});
    found->handle = found->restart.start();
    self->monitor(found->handle);
    return;
  }
  auto name = found->name;
  components.erase(found);
  log_error("component died", {{"component", name}, {"reason", reason}});
  on_death(name);
}

/// The first time: kill what is left. The second time: give it up.
void on_patience_over(self_pointer self) {
  auto& state = self->state;
  if (state.killed.empty()) {
    kill_all(self);
    self->delayed_send(self, last_patience, caf::tick_atom::value);
    return;
  }
  state.components.clear();
  stop_next(self);
}

} // namespace

void end_process(const std::string& name) {
  log_error("the process ends because a component died", {{"component", name}});
  flush_log();
  std::_Exit(component_died_exit_code);
}

supervisor_actor::behavior_type supervisor(self_pointer self, const clock& time,
                                           death_handler on_death) {
  self->set_down_handler(
      [=, &time](const caf::down_msg& down) { on_down(self, down, time.steady(), on_death); });
  return {
      [=](const supervise_component& added) {
        self->state.components.push_back({added.name, added.component, added.restart, {}});
        self->monitor(added.component);
      },
      [=](const stop_components& request) -> caf::result<components_stopped> {
        if (self->state.stopping)
          return caf::make_error(caf::sec::unavailable_or_would_block);
        self->state.stopping = true;
        self->state.answer = self->make_response_promise<components_stopped>();
        self->delayed_send(self, request.patience, caf::tick_atom::value);
        auto answer = self->state.answer;
        stop_next(self);
        return answer;
      },
      [=](caf::tick_atom) { on_patience_over(self); },
  };
}

} // namespace troupe
