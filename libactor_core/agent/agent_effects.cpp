#include "agent/agent_shell.hpp"

#include "agent/command_executor.hpp"
#include "runtime/errors.hpp"
#include "runtime/logging.hpp"

#include <caf/all.hpp>

namespace troupe::agent {

namespace {

void perform(self_pointer self, effects batch);

/// One more file operation is durable, or the agent can't keep its word any longer.
template <class Operation>
void store(self_pointer self, Operation operation, const std::string& path) {
  self->request(self->state.neighbours.checkpointer, caf::infinite, std::move(operation))
      .then(
          [self](const checkpoint_done&) {
            auto released = self->state.gate.confirmed();
            perform(self, std::move(released));
          },
          [self, path](const caf::error& why) {
            const auto text = "cannot checkpoint " + path + ": " + text_of(why);
            log_error("the agent ends", {{"why", text}});
            end(self, make_error(agent_ec::checkpoint_failed, text));
          });
}

executor_endpoint_actor spawn_executor(self_pointer self, const shared<command_run>& run) {
  auto& st = self->state;
  const agent_actor me = self;
  const auto actor = self->spawn<caf::monitored>(command_executor, run, me,
                                                 st.neighbours.containerizer, std::cref(*st.clock));
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
    store(self_, write_checkpoint{x.path, std::move(x.bytes)}, x.path);
  }
  void operator()(effect::append_file& x) {
    store(self_, append_checkpoint{x.path, std::move(x.bytes)}, x.path);
  }
  void operator()(effect::remove_file& x) { store(self_, remove_checkpoint{x.path}, x.path); }
  void operator()(effect::change_volumes& x) { store(self_, std::move(x.volumes), "volumes"); }
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
    end(self_, make_error(st_.core->phase() == agent_phase::recovering ? agent_ec::recovery_failed
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
            const auto text = "cannot take containers over: " + text_of(why);
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

} // namespace

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

void react(self_pointer self, effects batch) {
  perform(self, self->state.gate.push(std::move(batch)));
  arm(self);
}

} // namespace troupe::agent
