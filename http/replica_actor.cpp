#include "http/replica_actor.hpp"

#include "http/text.hpp"
#include "runtime/logging.hpp"

#include <algorithm>

namespace troupe::http {

namespace {

using replica_pointer = replica_actor::stateful_pointer<replica_state>;

void catch_up(replica_pointer self) {
  self->state.in_step = false;
  self->send(self->state.master, attach_replica{caf::actor_cast<state_listener_actor>(self)});
}

shared_body_ptr render(state_model& model, const read_state& request) {
  switch (request.what) {
    case state_endpoint::state: {
      auto changed = request.since ? model.state_since(*request.since) : nullptr;
      return changed ? changed : model.state();
    }
    case state_endpoint::summary: return model.summary();
    case state_endpoint::frameworks: return model.frameworks(request.only);
    case state_endpoint::agents: return model.agents(request.only);
    case state_endpoint::tasks: return model.tasks(request.tasks);
  }
  return nullptr;
}

/// If-None-Match compares weakly (RFC 9110, 13.1.2).
bool names(const std::string& header, const std::string& tag) {
  for (auto each : split(header, ',')) {
    auto one = trim(each);
    if (one.starts_with("W/"))
      one.remove_prefix(2);
    if (one == "*" || one == tag)
      return true;
  }
  return false;
}

void answer(replica_pointer self, const read_state& request) {
  if (!self->state.in_step) {
    request.respond(error(503, "the replica is catching up with the master"));
    return;
  }
  auto& model = *self->state.model;
  const auto tag = "\"" + model.tag() + "\"";
  auto reply = request.if_none_match && names(*request.if_none_match, tag)
                 ? empty(304)
                 : json(render(model, request));
  // Weak: another replica may put entities in another order, and gzip is the same tag.
  reply.headers.set("ETag", "W/" + tag);
  request.respond(std::move(reply));
}

/// Why the operator API cannot be answered now.
std::optional<std::string> obstacle(const replica_state& state) {
  if (!state.in_step)
    return "the replica is catching up with the master";
  const auto& master = state.model->master();
  if (!master || !master->elected)
    return "Master has not finished recovery";
  return std::nullopt;
}

void answer(replica_pointer self, const view_state& request) {
  if (auto why = obstacle(self->state))
    request.respond(error(503, *why));
  else
    request.respond(request.view(*self->state.model));
}

response v1_answer(state_model& model, const read_v1& request) {
  auto answer = json(model.v1_response(request.what, request.encoding));
  answer.content_type = wire::media_name(request.encoding);
  return answer;
}

/// Renders for a few milliseconds, answers who waits for nothing more, and leaves the rest for a later
/// turn: deltas and other readers come in between.
void serve_waiting(replica_pointer self) {
  constexpr std::size_t entities_a_turn = 250;
  auto& state = self->state;
  state.preparing = false;
  const auto why = obstacle(state);
  for (auto encoding : v1_encodings) {
    auto mine = [&](const read_v1& each) { return each.encoding == encoding; };
    if (std::none_of(state.waiting.begin(), state.waiting.end(), mine))
      continue;
    if (!why && !state.model->prepare_v1(encoding, entities_a_turn))
      continue;
    for (const auto& each : state.waiting)
      if (mine(each))
        each.respond(why ? error(503, *why) : v1_answer(*state.model, each));
    std::erase_if(state.waiting, mine);
  }
  if (!state.waiting.empty()) {
    state.preparing = true;
    self->send(self, prepare_more{});
  }
}

void answer(replica_pointer self, const read_v1& request) {
  self->state.waiting.push_back(request);
  if (!self->state.preparing)
    serve_waiting(self);
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
    [=](const read_v1& request) { answer(self, request); },
    [=](const prepare_more&) { serve_waiting(self); },
  };
}

const replica_actor& replica_set::next() const {
  return replicas_[next_.fetch_add(1, std::memory_order_relaxed) % replicas_.size()];
}

void replica_set::read(read_state request) const { caf::anon_send(next(), std::move(request)); }

void replica_set::read(view_state request) const { caf::anon_send(next(), std::move(request)); }

void replica_set::read(read_v1 request) const { caf::anon_send(next(), std::move(request)); }

} // namespace troupe::http
