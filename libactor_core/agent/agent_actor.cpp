#include "agent/agent_actor.hpp"

#include "agent/agent_shell.hpp"
#include "runtime/errors.hpp"
#include "runtime/logging.hpp"

#include <caf/all.hpp>

namespace troupe::agent {

std::string_view to_string(agent_ec code) {
  switch (code) {
  case agent_ec::none:
    return "none";
  case agent_ec::recovery_failed:
    return "recovery_failed";
  case agent_ec::checkpoint_failed:
    return "checkpoint_failed";
  case agent_ec::refused:
    return "refused";
  }
  return "unknown";
}

caf::error make_error(agent_ec code, std::string reason) {
  return {static_cast<std::uint8_t>(code), caf::atom("agent"),
          caf::make_message(std::move(reason))};
}

namespace {

/// Old sandboxes are looked for once, when it is known which are in use.
void find_sandboxes(self_pointer self) {
  if (!self->state.neighbours.sandboxes)
    return;
  self->request(self->state.neighbours.sandboxes, caf::infinite, list_sandboxes{})
      .then(
          [self](const shared<std::vector<found_sandbox>>& found) {
            auto& st = self->state;
            react(self, st.core->sandboxes_found(*found, now(*st.clock)));
          },
          [](const caf::error&) { log_warning("old sandboxes could not be listed"); });
}

/// Reads the checkpoints; everything else waits for that.
void begin(self_pointer self) {
  self->request(self->state.neighbours.checkpointer, caf::infinite, read_checkpoints{})
      .then(
          [self](const shared<checkpoint_files>& files) {
            auto& st = self->state;
            react(self, st.core->start(*files, now(*st.clock)));
            find_sandboxes(self);
          },
          [self](const caf::error& why) {
            const auto text = "cannot read the checkpoints: " + text_of(why);
            log_error("the agent ends", {{"why", text}});
            end(self, make_error(agent_ec::recovery_failed, text));
          });
}

bool is_built_in(self_pointer self, const caf::actor_addr& who) {
  return self->state.built_in.contains(who);
}

caf::result<api_answer> subscribe(self_pointer self, const subscribe_executor& x) {
  auto& st = self->state;
  const auto endpoint = ++st.last_number;
  const auto request = ++st.last_number;
  const bool built_in = is_built_in(self, x.endpoint.address());
  if (!built_in)
    self->monitor(x.endpoint);
  st.endpoints[endpoint] = x.endpoint;
  st.endpoint_ids[x.endpoint.address()] = endpoint;
  auto promise = self->make_response_promise<api_answer>();
  st.open_calls.emplace(request, promise);
  auto batch = st.core->executor_subscribes(request, *x.call, endpoint, built_in, now(*st.clock));
  for (const auto& effect : batch)
    if (const auto* answer = std::get_if<effect::answer_call>(&effect);
        answer && answer->request == request && answer->answer.status != 200) {
      st.endpoint_ids.erase(x.endpoint.address());
      st.endpoints.erase(endpoint);
    }
  react(self, std::move(batch));
  return promise;
}

caf::result<api_answer> call(self_pointer self, const executor_request& x) {
  auto& st = self->state;
  const auto request = ++st.last_number;
  const bool built_in = is_built_in(self, caf::actor_cast<caf::actor_addr>(self->current_sender()));
  auto promise = self->make_response_promise<api_answer>();
  st.open_calls.emplace(request, promise);
  react(self, st.core->executor_calls(request, *x.call, built_in, now(*st.clock)));
  return promise;
}

/// An endpoint, or a built-in executor, is gone.
void lost(self_pointer self, const caf::actor_addr& who) {
  auto& st = self->state;
  if (const auto found = st.endpoint_ids.find(who); found != st.endpoint_ids.end()) {
    const auto endpoint = found->second;
    st.endpoint_ids.erase(found);
    st.endpoints.erase(endpoint);
    react(self, st.core->endpoint_closed(endpoint, now(*st.clock)));
  }
  if (const auto found = st.built_in.find(who); found != st.built_in.end()) {
    const auto key = found->second;
    st.built_in.erase(found);
    react(self, st.core->command_executor_lost(key, now(*st.clock)));
  }
}

} // namespace

agent_shell_actor::behavior_type agent(self_pointer self, const agent_config& config,
                                       const agent_neighbours& neighbours,
                                       const troupe::clock& clock) {
  auto& st = self->state;
  st.core = std::make_unique<agent_core>(config);
  st.neighbours = neighbours;
  st.clock = &clock;
  self->set_down_handler([self](const caf::down_msg& down) { lost(self, down.source); });
  self->monitor(neighbours.checkpointer);
  begin(self);
  if (neighbours.metrics) {
    // Their values come with the gauges; declared, they are known for what they are.
    metric_batch declared;
    for (const auto& [name, value] : st.core->counts())
      declared.count(name, 0);
    declared.count("gc/path_removals_succeeded", 0);
    declared.count("gc/path_removals_failed", 0);
    self->send(neighbours.metrics, declared.take());
    self->send(neighbours.metrics, add_gauge_source{self});
  }
  return {
      [self](const master_link_up& x) {
        self->state.link = x.link;
        react(self, self->state.core->link_up(now(*self->state.clock)));
      },
      [self](const master_link_received& x) {
        react(self, self->state.core->record_received(*x.record, now(*self->state.clock)));
      },
      [self](const master_link_down&) {
        self->state.link = nullptr;
        react(self, self->state.core->link_down(now(*self->state.clock)));
      },
      [self](const subscribe_executor& x) { return subscribe(self, x); },
      [self](const executor_request& x) { return call(self, x); },
      [self](const troupe::container_started& x) {
        react(self, self->state.core->container_started(x, now(*self->state.clock)));
      },
      [self](const troupe::container_exited& x) {
        react(self, self->state.core->container_exited(x, now(*self->state.clock)));
      },
      [self](const get_agent_state&) { return self->state.core->view(); },
      [self](const leave_cluster&) {
        react(self, self->state.core->leave_cluster(now(*self->state.clock)));
      },
      [self](caf::tick_atom) {
        self->state.armed.reset();
        react(self, self->state.core->tick(now(*self->state.clock)));
      },
      [self](const get_gauges&) { return self->state.core->gauges(now(*self->state.clock)); },
  };
}

} // namespace troupe::agent
