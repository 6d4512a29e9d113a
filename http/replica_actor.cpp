#include "http/replica_actor.hpp"

#include "http/text.hpp"
#include "runtime/logging.hpp"

#include <algorithm>
#include <caf/all.hpp>

namespace troupe::http {

namespace {

/// Many agents that come back at once make as many events as they have tasks, in a second.
constexpr stream_limits subscriber_limits{.bytes = 64u << 20, .records = 256u << 10};

using replica_pointer = replica_actor::stateful_pointer<replica_state>;

void catch_up(replica_pointer self) {
  self->state.in_step = false;
  self->send(self->state.around.master,
             attach_replica{caf::actor_cast<state_listener_actor>(self)});
}

shared_body_ptr render(state_model& model, const read_state& request) {
  switch (request.what) {
  case state_endpoint::state: {
    auto changed = request.since ? model.state_since(*request.since) : nullptr;
    return changed ? changed : model.state();
  }
  case state_endpoint::summary:
    return model.summary();
  case state_endpoint::frameworks:
    return model.frameworks(request.only);
  case state_endpoint::agents:
    return model.agents(request.only);
  case state_endpoint::tasks:
    return model.tasks(request.tasks);
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

void count_subscribers(replica_pointer self) {
  if (!self->state.around.metrics)
    return;
  metric_batch batch;
  batch.set("master/operator_event_stream_subscribers",
            static_cast<double>(self->state.subscribers->size()));
  self->send(self->state.around.metrics, batch.take());
}

void beat(replica_pointer self) {
  auto& state = self->state;
  state.beating = !state.subscribers->empty();
  if (!state.beating)
    return;
  state.subscribers->beat();
  self->delayed_send(self, state.config.heartbeat, caf::tick_atom::value);
}

/// Between two deltas: the snapshot and the events after it neither overlap nor leave a gap.
void open_stream(replica_pointer self, const subscribe_operator& request) {
  auto& state = self->state;
  auto stream = std::make_shared<event_stream>(subscriber_limits);
  const auto seconds = std::chrono::duration<double>(state.config.heartbeat).count();
  const auto who = state.subscribers->add(stream, request.encoding,
                                          state.model->v1_subscribed(request.encoding, seconds));
  stream->on_closed([who, me = caf::actor_cast<caf::actor_addr>(self)](stream_end end) {
    if (auto strong = caf::actor_cast<caf::actor>(me))
      caf::anon_send(caf::actor_cast<replica_actor>(strong), subscriber_gone{who, end});
  });
  request.respond(streaming(stream, std::string(wire::media_name(request.encoding)), {}));
  count_subscribers(self);
  if (!state.beating) {
    state.beating = true;
    self->delayed_send(self, state.config.heartbeat, caf::tick_atom::value);
  }
}

void close_stream(replica_pointer self, const subscriber_gone& gone) {
  if (gone.end == stream_end::overflow || gone.end == stream_end::stalled)
    log_warning("an operator's event stream is dropped",
                {{"reason", std::string(to_string(gone.end))}});
  self->state.subscribers->remove(gone.who);
  count_subscribers(self);
}

/// Carries `serve` out for those of the encoding, and forgets them.
template <class Request, class Serve>
void serve_all(std::vector<Request>& waiting, wire::media encoding, Serve serve) {
  auto mine = [&](const Request& each) { return each.encoding == encoding; };
  for (const auto& each : waiting)
    if (mine(each))
      serve(each);
  std::erase_if(waiting, mine);
}

/// Renders for a few milliseconds, answers who waits for nothing more, and leaves the rest for a later
/// turn: deltas and other readers come in between.
void serve_waiting(replica_pointer self) {
  constexpr std::size_t entities_a_turn = 250;
  auto& state = self->state;
  state.preparing = false;
  const auto why = obstacle(state);
  for (auto encoding : v1_encodings) {
    auto mine = [&](const auto& each) { return each.encoding == encoding; };
    if (std::none_of(state.waiting.begin(), state.waiting.end(), mine) &&
        std::none_of(state.subscribing.begin(), state.subscribing.end(), mine))
      continue;
    if (!why && !state.model->prepare_v1(encoding, entities_a_turn))
      continue;
    serve_all(state.waiting, encoding, [&](const read_v1& each) {
      each.respond(why ? error(503, *why) : v1_answer(*state.model, each));
    });
    serve_all(state.subscribing, encoding, [&](const subscribe_operator& each) {
      if (why)
        each.respond(error(503, *why));
      else
        open_stream(self, each);
    });
  }
  if (!state.waiting.empty() || !state.subscribing.empty()) {
    state.preparing = true;
    self->send(self, prepare_more{});
  }
}

void forget_later(replica_pointer self) {
  self->state.forgetting = true;
  self->delayed_send(self, self->state.config.keep_encodings, forget_unused{});
}

void remember_use(replica_pointer self, wire::media encoding) {
  self->state.asked_for.insert(encoding);
  if (!self->state.forgetting)
    forget_later(self);
}

void forget(replica_pointer self) {
  auto& state = self->state;
  state.forgetting = false;
  for (auto encoding : v1_encodings)
    if (!state.asked_for.contains(encoding))
      state.model->forget_v1(encoding);
  if (!state.asked_for.empty())
    forget_later(self);
  state.asked_for.clear();
}

void answer(replica_pointer self, const read_v1& request) {
  remember_use(self, request.encoding);
  self->state.waiting.push_back(request);
  if (!self->state.preparing)
    serve_waiting(self);
}

void answer(replica_pointer self, const subscribe_operator& request) {
  remember_use(self, request.encoding);
  self->state.subscribing.push_back(request);
  if (!self->state.preparing)
    serve_waiting(self);
}

/// Applies the delta and tells subscribers of it; false when one is missing.
bool advance(replica_state& state, const state_delta& delta) {
  if (state.subscribers->empty())
    return state.model->apply(delta);
  operator_news news(*state.model);
  if (!state.model->apply(delta, [&](const state_change& change) { news.before(change); }))
    return false;
  for (const auto& event : news.events())
    state.subscribers->publish(event);
  return true;
}

/// What subscribers have missed cannot be told any more: they shall come anew.
void lose_track(replica_pointer self, std::uint64_t number) {
  auto& state = self->state;
  log_warning("a state replica missed a delta and asks for a snapshot",
              {{"has", state.model->number()},
               {"got", number},
               {"event_streams_closed", state.subscribers->size()}});
  state.subscribers->close_all();
  count_subscribers(self);
  catch_up(self);
}

} // namespace

replica_actor::behavior_type replica(replica_pointer self, replica_config config,
                                     replica_neighbours around) {
  self->state.model.emplace(config.model);
  self->state.subscribers.emplace(config.max_subscribers);
  self->state.config = std::move(config);
  self->state.around = std::move(around);
  catch_up(self);
  count_subscribers(self);
  return {
      [=](const state_delta& delta) {
        if (self->state.in_step && !advance(self->state, delta))
          lose_track(self, delta.number);
      },
      [=](const state_snapshot& snapshot) {
        self->state.model->reset(snapshot);
        self->state.in_step = true;
      },
      [=](const read_state& request) { answer(self, request); },
      [=](const view_state& request) { answer(self, request); },
      [=](const read_v1& request) { answer(self, request); },
      [=](const subscribe_operator& request) { answer(self, request); },
      [=](const subscriber_gone& gone) { close_stream(self, gone); },
      [=](const prepare_more&) { serve_waiting(self); },
      [=](const forget_unused&) { forget(self); },
      [=](caf::tick_atom) { beat(self); },
  };
}

const replica_actor& replica_set::next() const {
  return replicas_[next_.fetch_add(1, std::memory_order_relaxed) % replicas_.size()];
}

void replica_set::read(read_state request) const {
  caf::anon_send(next(), std::move(request));
}

void replica_set::read(view_state request) const {
  caf::anon_send(next(), std::move(request));
}

void replica_set::read(read_v1 request) const {
  caf::anon_send(next(), std::move(request));
}

void replica_set::subscribe(subscribe_operator request) const {
  caf::anon_send(replicas_.front(), std::move(request));
}

} // namespace troupe::http
