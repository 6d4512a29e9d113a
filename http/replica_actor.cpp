#include "http/replica_actor.hpp"

#include "runtime/logging.hpp"

namespace troupe::http {

namespace {

using replica_pointer = replica_actor::stateful_pointer<replica_state>;

void catch_up(replica_pointer self) {
  self->state.in_step = false;
  self->send(self->state.master, attach_replica{caf::actor_cast<state_listener_actor>(self)});
}

std::vector<fragment> render(state_model& model, const read_state& request) {
  switch (request.what) {
    case state_endpoint::state: return model.state();
    case state_endpoint::frameworks: return model.frameworks(request.only);
    case state_endpoint::agents: return model.agents(request.only);
    case state_endpoint::tasks: return model.tasks(request.tasks);
  }
  return {};
}

void answer(replica_pointer self, const read_state& request) {
  if (!self->state.in_step) {
    request.respond(error(503, "the replica is catching up with the master"));
    return;
  }
  auto& model = *self->state.model;
  auto reply = json(render(model, request));
  reply.headers.set("ETag", "\"" + std::to_string(model.number()) + "\"");
  request.respond(std::move(reply));
}

void answer(replica_pointer self, const view_state& request) {
  const auto& model = *self->state.model;
  if (!self->state.in_step)
    request.respond(error(503, "the replica is catching up with the master"));
  else if (!model.master() || !model.master()->elected)
    request.respond(error(503, "Master has not finished recovery"));
  else
    request.respond(request.view(model));
}

} // namespace

replica_actor::behavior_type replica(replica_pointer self, state_model_config config,
                                     master_actor master) {
  self->state.model.emplace(std::move(config));
  self->state.master = std::move(master);
  catch_up(self);
  return {
    [=](const state_delta& delta) {
      if (self->state.in_step && !self->state.model->apply(delta)) {
        log_warning("a state replica missed a delta and asks for a snapshot",
                    {{"has", self->state.model->number()}, {"got", delta.number}});
        catch_up(self);
      }
    },
    [=](const state_snapshot& snapshot) {
      self->state.model->reset(snapshot);
      self->state.in_step = true;
    },
    [=](const read_state& request) { answer(self, request); },
    [=](const view_state& request) { answer(self, request); },
  };
}

const replica_actor& replica_set::next() const {
  return replicas_[next_.fetch_add(1, std::memory_order_relaxed) % replicas_.size()];
}

void replica_set::read(read_state request) const { caf::anon_send(next(), std::move(request)); }

void replica_set::read(view_state request) const { caf::anon_send(next(), std::move(request)); }

} // namespace troupe::http
