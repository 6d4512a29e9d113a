#include "agent/agent_actor.hpp"

#include "agent/command_executor.hpp"
#include "runtime/logging.hpp"

namespace troupe::agent {

using self_pointer = agent_shell_actor::stateful_pointer<agent_state>;

std::string_view to_string(agent_ec code) {
  switch (code) {
    case agent_ec::none: return "none";
    case agent_ec::recovery_failed: return "recovery_failed";
    case agent_ec::checkpoint_failed: return "checkpoint_failed";
    case agent_ec::refused: return "refused";
  }
  return "unknown";
}

caf::error make_error(agent_ec code, std::string reason) {
  return {static_cast<std::uint8_t>(code), caf::atom("agent"),
          caf::make_message(std::move(reason))};
}

namespace {

void perform(self_pointer self, effects batch);

/// Answers every open call, then ends.
void end(self_pointer self, caf::error why) {
  auto& st = self->state;
  for (auto& [id, promise] : std::exchange(st.open_calls, {}))
    promise.deliver(api_answer{503, "Agent is shutting down", nullptr});
  for (const auto& [id, endpoint] : std::exchange(st.endpoints, {}))
    self->send(endpoint, endpoint_close{"the agent is shutting down"});
  st.endpoint_ids.clear();
  if (st.link)
    self->send(st.link, link_close{"the agent is shutting down"});
  st.link = nullptr;
  self->quit(std::move(why));
}

/// One more file operation is durable, or the agent can't keep its word any longer.
template <class Operation>
void store(self_pointer self, Operation operation) {
  const auto path = operation.path;
  self->request(self->state.neighbours.checkpointer, caf::infinite, std::move(operation))
    .then(
      [self](const checkpoint_done&) {
        auto released = self->state.gate.confirmed();
        perform(self, std::move(released));
      },
      [self, path](const caf::error& why) {
        const auto text = "cannot checkpoint " + path + ": " + self->system().render(why);
        log_error("the agent ends", {{"why", text}});
        end(self, make_error(agent_ec::checkpoint_failed, text));
      });
}

executor_endpoint_actor spawn_executor(self_pointer self, const shared<command_run>& run) {
  auto& st = self->state;
  const agent_actor me = self;
  const auto actor = self->spawn<caf::monitored>(command_executor, run, me,
                                                 st.neighbours.containerizer,
                                                 std::cref(*st.clock));
  st.built_in[actor.address()] = run->key;
  return actor;
}

/// Carries one effect out.
class performer {
 public:
  explicit performer(self_pointer self)
      : self_(self)
      , st_(self->state) {}

  void operator()(effect::write_file& x) {
    store(self_, write_checkpoint{std::move(x.path), std::move(x.bytes)});
  }
  void operator()(effect::append_file& x) {
    store(self_, append_checkpoint{std::move(x.path), std::move(x.bytes)});
  }
  void operator()(effect::remove_file& x) { store(self_, remove_checkpoint{std::move(x.path)}); }
  void operator()(effect::tell_master& x) {
    if (st_.link)
      self_->send(st_.link, std::move(x.record));
  }
  void operator()(effect::end_link& x) {
    if (st_.link)
      self_->send(st_.link, link_close{std::move(x.reason)});
  }
  void operator()(effect::tell_executor& x) {
    if (const auto found = st_.endpoints.find(x.endpoint); found != st_.endpoints.end())
      self_->send(found->second, executor_event{std::move(x.event)});
  }
  void operator()(effect::close_endpoint& x) {
    const auto found = st_.endpoints.find(x.endpoint);
    if (found == st_.endpoints.end())
      return;
    self_->send(found->second, endpoint_close{std::move(x.reason)});
    st_.endpoint_ids.erase(found->second.address());
    st_.endpoints.erase(found);
  }
  void operator()(effect::answer_call& x) {
    const auto found = st_.open_calls.find(x.request);
    if (found == st_.open_calls.end())
      return;
    auto promise = std::move(found->second);
    st_.open_calls.erase(found);
    promise.deliver(std::move(x.answer));
  }
  void operator()(effect::launch_executor& x) {
    self_->send(st_.neighbours.containerizer, launch_container{std::move(x.spec), self_});
  }
  void operator()(effect::run_command& x) { spawn_executor(self_, x.run); }
  void operator()(effect::destroy& x) {
    self_->send(st_.neighbours.containerizer, destroy_container{x.container});
  }
  void operator()(effect::resize& x) {
    self_->send(st_.neighbours.containerizer, update_container{x.container, std::move(x.limits)});
  }
  void operator()(effect::take_over& x);
  void operator()(effect::remove_sandbox& x);
  void operator()(effect::look_at_disk&);
  void operator()(effect::stop& x) {
    if (!x.failed) {
      end(self_, caf::exit_reason::normal);
      return;
    }
    log_error("the agent ends", {{"why", x.reason}});
    end(self_, make_error(st_.core->phase() == agent_phase::recovering
                            ? agent_ec::recovery_failed
                            : agent_ec::refused,
                          std::move(x.reason)));
  }

 private:
  self_pointer self_;
  agent_state& st_;
};

/// The core's next deadline becomes a tick; a tick too many does no harm.
void arm(self_pointer self) {
  auto& st = self->state;
  const auto next = st.core->next_deadline();
  if (!next || (st.armed && *st.armed <= *next))
    return;
  st.armed = next;
  self->delayed_send(self, std::max(*next - st.clock->steady(), std::chrono::nanoseconds{0}),
                     caf::tick_atom::value);
}

void perform(self_pointer self, effects batch) {
  for (auto& effect : batch)
    std::visit(performer{self}, effect);
}

/// What every event ends with.
void react(self_pointer self, effects batch) {
  perform(self, self->state.gate.push(std::move(batch)));
  arm(self);
}

void performer::operator()(effect::take_over& x) {
  recover_containers request;
  for (auto& item : x.containers) {
    container_listener_actor listener = self_;
    if (item.run)
      listener = caf::actor_cast<container_listener_actor>(spawn_executor(self_, item.run));
    request.known.push_back({std::move(item.spec), std::move(listener)});
  }
  self_->request(st_.neighbours.containerizer, caf::infinite, std::move(request))
    .then(
      [self = self_](const containers_recovered& done) {
        for (const auto& orphan : done.orphans_destroyed)
          log_warning("orphaned container destroyed", {{"container", orphan}});
        auto& st = self->state;
        react(self, st.core->containers_recovered(now(*st.clock)));
      },
      [self = self_](const caf::error& why) {
        const auto text = "cannot take containers over: " + self->system().render(why);
        log_error("the agent ends", {{"why", text}});
        end(self, make_error(agent_ec::recovery_failed, text));
      });
}

void performer::operator()(effect::remove_sandbox& x) {
  if (!st_.neighbours.sandboxes)
    return;
  const auto count = [self = self_](bool removed) {
    if (!self->state.neighbours.metrics)
      return;
    metric_batch batch;
    batch.count(removed ? "gc/path_removals_succeeded" : "gc/path_removals_failed");
    self->send(self->state.neighbours.metrics, batch.take());
  };
  self_->request(st_.neighbours.sandboxes, caf::infinite, delete_sandbox{std::move(x.path)})
    .then([count](bool removed) { count(removed); },
          [count](const caf::error&) { count(false); });
}

void performer::operator()(effect::look_at_disk&) {
  if (!st_.neighbours.sandboxes)
    return;
  self_->request(st_.neighbours.sandboxes, caf::infinite, get_disk_usage{})
    .then(
      [self = self_](double used) {
        auto& st = self->state;
        react(self, st.core->disk_usage(used, now(*st.clock)));
      },
      [](const caf::error&) { log_warning("the disk's usage could not be read"); });
}

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
        const auto text = "cannot read the checkpoints: " + self->system().render(why);
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
  const bool built_in
    = is_built_in(self, caf::actor_cast<caf::actor_addr>(self->current_sender()));
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
  if (neighbours.metrics)
    self->send(neighbours.metrics, add_gauge_source{self});
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
