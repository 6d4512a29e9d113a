#include "master/master_actor.hpp"

#include "protocol/storage.hpp"
#include "runtime/errors.hpp"
#include "runtime/logging.hpp"

#include <caf/all.hpp>
#include <caf/sec.hpp>

namespace troupe::master {

namespace {

std::string text_of(const caf::error& error) {
  return store_reason(error);
}

} // namespace

/// Carries one effect out; changes of the state are gathered for one delta, and answers until
/// readers have been told: who is answered and then reads must see what was done.
struct effect_runner {
  master_state& state;
  std::vector<state_change> changes;
  std::vector<effect::answer> answers;

  void operator()(effect::send_event& x) const {
    if (auto found = state.endpoints_.find(x.endpoint); found != state.endpoints_.end())
      state.self_->send(found->second, endpoint_event{std::move(x.event)});
  }

  void operator()(effect::close_endpoint& x) const {
    auto node = state.endpoints_.extract(x.endpoint);
    if (node.empty())
      return;
    state.self_->demonitor(node.mapped().address());
    state.endpoint_numbers_.erase(node.mapped().address());
    state.self_->send(node.mapped(), endpoint_close{std::move(x.reason)});
  }

  void operator()(effect::send_agent& x) const {
    if (auto found = state.links_.find(x.link); found != state.links_.end())
      state.self_->send(found->second, std::move(x.record));
  }

  void operator()(effect::close_link& x) const {
    if (auto node = state.links_.extract(x.link))
      state.self_->send(node.mapped(), link_close{std::move(x.reason)});
  }

  void operator()(effect::tell_allocator& x) const {
    std::visit(
        [&](auto& message) { state.self_->send(state.around_.allocator, std::move(message)); },
        x.message);
  }

  void operator()(effect::ask_allocator& x) const { state.ask_allocator(x); }
  void operator()(effect::store& x) const { state.store(x); }
  void operator()(effect::answer& x) { answers.push_back(std::move(x)); }
  void operator()(effect::change_state& x) { changes.push_back(std::move(x.change)); }
  void operator()(effect::log& x) const { write_log_line(x.level, x.line); }
  void operator()(effect::give_up& x) const { state.give_up(x.reason); }
};

void master_state::set_up(pointer actor, master_config settings, master_neighbours around) {
  self_ = actor;
  config_ = std::move(settings);
  around_ = std::move(around);
  core_.emplace(config_.core);
  self_->set_down_handler([this](caf::down_msg& down) { peer_down(down.source); });
  self_->send(around_.allocator, start_allocator{self_});
  self_->request(around_.registrar, caf::infinite, load_registry{config_.core.id.value()})
      .then([this](const shared<registry>& known) { registry_loaded(*known); },
            [this](const caf::error& why) {
              give_up("the registry can't be loaded: " + text_of(why));
            });
  self_->delayed_send(self_, config_.tick, caf::tick_atom::value);
}

void master_state::registry_loaded(const registry& known) {
  carry_out(core_->start(known, now()));
  publish_metrics();
}

void master_state::publish_metrics() {
  if (!around_.metrics)
    return;
  auto batch = core_->take_metrics(now());
  // One queue for all: there are no dispatches or requests apart from it.
  batch.set("master/event_queue_messages", static_cast<double>(self_->mailbox().size()));
  batch.set("master/event_queue_dispatches", 0);
  batch.set("master/event_queue_http_requests", 0);
  self_->send(around_.metrics, batch.take());
}

caf::result<api_answer> master_state::subscribe(const subscribe_framework& request) {
  auto number = next_endpoint_++;
  endpoints_.emplace(number, request.endpoint);
  endpoint_numbers_.emplace(request.endpoint.address(), number);
  auto result =
      core_->subscribe({request.call, number, request.stream_id, request.principal}, now());
  if (result.answer.status == 200) {
    self_->monitor(request.endpoint);
  } else {
    endpoints_.erase(number);
    endpoint_numbers_.erase(request.endpoint.address());
  }
  carry_out(std::move(result.out));
  return result.answer;
}

caf::result<api_answer> master_state::call(const scheduler_request& request) {
  auto result = core_->call({request.call, request.stream_id, request.principal}, now());
  carry_out(std::move(result.out));
  return result.answer;
}

caf::result<api_answer> master_state::teardown(const teardown_framework& request) {
  auto result = core_->teardown(request.framework, now());
  carry_out(std::move(result.out));
  return result.answer;
}

caf::result<api_answer> master_state::convert(const convert_resources& request) {
  const auto id = next_request_++;
  auto promise = self_->make_response_promise<api_answer>();
  unanswered_.emplace(id, promise);
  carry_out(core_->convert(id, {request.agent, request.operation, request.principal}, now()));
  return promise;
}

void master_state::ask_allocator(const effect::ask_allocator& x) {
  self_->request(around_.allocator, caf::infinite, x.question)
      .then(
          [this, id = x.id](const conversion_outcome& done) {
            carry_out(core_->conversion_answered(id, done.refused, now()));
          },
          [this](const caf::error& why) {
            // It may have converted or not: the books can't be trusted any more.
            give_up("the allocator did not answer: " + text_of(why));
          });
}

caf::result<api_answer> master_state::operate(const operator_request& request) {
  const auto id = next_request_++;
  auto result = core_->operate({request.call, request.principal, id}, now());
  if (result.answer) {
    carry_out(std::move(result.out));
    return *result.answer;
  }
  auto promise = self_->make_response_promise<api_answer>();
  unanswered_.emplace(id, promise);
  carry_out(std::move(result.out));
  return promise;
}

void master_state::attach(const attach_replica& request) {
  auto [found, is_new] = replicas_.try_emplace(request.replica.address(), request.replica);
  if (is_new)
    self_->monitor(request.replica);
  self_->send(request.replica,
              state_snapshot{delta_number_,
                             std::make_shared<const std::vector<state_change>>(core_->snapshot())});
}

void master_state::offers(const offers_made& made) {
  carry_out(core_->offers(made.offers, now()));
  if (!made.inverse_offers.empty())
    carry_out(core_->inverse_offers(made.inverse_offers, now()));
}

void master_state::opened(const link_opened& link) {
  links_[link.id] = link.link;
  carry_out(core_->link_up(link.id, link.peer, link.principal, now()));
}

void master_state::received(const link_received& record) {
  carry_out(core_->link_record(record.id, record.record, now()));
}

void master_state::closed(const link_closed& link) {
  links_.erase(link.id);
  carry_out(core_->link_down(link.id, link.reason, now()));
}

void master_state::tick() {
  self_->delayed_send(self_, config_.tick, caf::tick_atom::value);
  carry_out(core_->advance(now()));
  publish_metrics();
}

void master_state::peer_down(const caf::actor_addr& peer) {
  if (replicas_.erase(peer) != 0)
    return;
  auto node = endpoint_numbers_.extract(peer);
  if (node.empty())
    return;
  endpoints_.erase(node.mapped());
  carry_out(core_->endpoint_down(node.mapped(), now()));
}

instant master_state::now() const {
  return {around_.time->steady(), around_.time->now()};
}

void master_state::carry_out(effects out) {
  effect_runner runner{*this, {}, {}};
  for (auto& one : out)
    std::visit(runner, one);
  publish(std::move(runner.changes));
  for (auto& one : runner.answers)
    if (auto node = unanswered_.extract(one.request))
      node.mapped().deliver(std::move(one.outcome));
}

void master_state::store(const effect::store& change) {
  to_store_.operations.push_back(change.operation);
  to_store_ids_.push_back(change.id);
  if (!storing_)
    store_next();
}

void master_state::store_next() {
  storing_ = true;
  self_->request(around_.registrar, caf::infinite, std::exchange(to_store_, {}))
      .then(
          [this, ids = std::exchange(to_store_ids_, {})](registry_stored) {
            storing_ = false;
            for (auto id : ids)
              carry_out(core_->registry_stored(id, now()));
            if (!storing_ && !to_store_ids_.empty())
              store_next();
          },
          [this](const caf::error& why) {
            give_up("the registry can't be changed: " + text_of(why));
          });
}

void master_state::give_up(const std::string& reason) {
  log_error("the master stops", {{"reason", reason}});
  flush_log();
  self_->quit(make_error(store_ec::failed, reason));
}

void master_state::publish(std::vector<state_change> changes) {
  if (changes.empty())
    return;
  ++delta_number_;
  if (replicas_.empty())
    return;
  state_delta delta{delta_number_,
                    std::make_shared<const std::vector<state_change>>(std::move(changes))};
  for (const auto& [address, replica] : replicas_)
    self_->send(replica, delta);
}

master_actor::behavior_type master(master_actor::stateful_pointer<master_state> self,
                                   master_config config, master_neighbours around) {
  self->state.set_up(self, std::move(config), std::move(around));
  return {
      // CAF tries them in this order at each message: the frequent ones come first.
      [self](const scheduler_request& x) { return self->state.call(x); },
      [self](const link_received& x) { self->state.received(x); },
      [self](const offers_made& x) { self->state.offers(x); },
      [self](const subscribe_framework& x) { return self->state.subscribe(x); },
      [self](const teardown_framework& x) { return self->state.teardown(x); },
      [self](const convert_resources& x) { return self->state.convert(x); },
      [self](const operator_request& x) { return self->state.operate(x); },
      [self](const attach_replica& x) { self->state.attach(x); },
      [self](const link_opened& x) { self->state.opened(x); },
      [self](const link_closed& x) { self->state.closed(x); },
      [self](caf::tick_atom) { self->state.tick(); },
  };
}

} // namespace troupe::master
