#include "master/master_core.hpp"

#include "master/agents.hpp"
#include "master/frameworks.hpp"
#include "master/inverse_offers.hpp"
#include "master/launch.hpp"
#include "master/metrics.hpp"
#include "master/offers.hpp"
#include "master/operator_calls.hpp"
#include "master/operator_conversion.hpp"
#include "master/task_calls.hpp"
#include "master/views.hpp"

#include <mesos/v1/scheduler.pb.h>

namespace troupe::master {

namespace {

const api_answer not_recovered{503, "Master has not finished recovery", nullptr};
const api_answer accepted{202, "", nullptr};

std::set<std::string> to_set(const google::protobuf::RepeatedPtrField<std::string>& list) {
  return {list.begin(), list.end()};
}

/// The checks of a call against the books, in the order that clients rely on.
std::optional<api_answer> refusal(const framework_entry* framework, const call_request& request) {
  if (framework == nullptr)
    return api_answer{400, "Framework cannot be found", nullptr};
  if (!request.principal.empty() && request.principal != framework->info->principal())
    return api_answer{400,
                      "Authenticated principal '" + request.principal +
                          "' does not match principal '" + framework->info->principal() +
                          "' set in `FrameworkInfo`",
                      nullptr};
  if (!framework->connected())
    return api_answer{403, "Framework is not subscribed", nullptr};
  if (request.stream_id.empty())
    return api_answer{400, "All non-subscribe calls should include the 'Mesos-Stream-Id' header",
                      nullptr};
  if (request.stream_id != framework->stream_id)
    return api_answer{400,
                      "The stream ID '" + request.stream_id +
                          "' included in this request didn't match the stream ID currently "
                          "associated with framework ID " +
                          framework->id.value(),
                      nullptr};
  return std::nullopt;
}

void log_ignored(turn& t, const framework_entry& framework, const char* call) {
  t.info("call accepted and ignored", {{"framework", framework.id.value()}, {"call", call}});
}

api_answer perform(turn& t, framework_entry& f, const Call& call) {
  switch (call.type()) {
  case Call::TEARDOWN:
    remove(t, f.id, "torn down by its scheduler");
    break;
  case Call::ACCEPT:
    accept(t, f, call.accept());
    break;
  case Call::DECLINE:
    decline(t, f, call.decline().offer_ids(), call.decline().filters());
    break;
  case Call::REVIVE:
    revive(t, f, to_set(call.revive().roles()));
    break;
  case Call::SUPPRESS:
    suppress(t, f, to_set(call.suppress().roles()));
    break;
  case Call::KILL:
    kill_task(t, f, call.kill());
    break;
  case Call::SHUTDOWN:
    shutdown_executor(t, f, call.shutdown());
    break;
  case Call::ACKNOWLEDGE:
    acknowledge(t, f, call.acknowledge());
    break;
  case Call::RECONCILE:
    reconcile(t, f, call.reconcile());
    break;
  case Call::MESSAGE:
    send_message(t, f, call.message());
    break;
  case Call::RECONCILE_OPERATIONS:
    return {200, "",
            std::make_shared<const mesos::v1::scheduler::Response>(
                reconcile_operations(t, call.reconcile_operations()))};
  case Call::UPDATE_FRAMEWORK:
    return update(t, f, call.update_framework().framework_info(),
                  to_set(call.update_framework().suppressed_roles()));
  case Call::REQUEST:
    log_ignored(t, f, "REQUEST");
    break;
  case Call::ACCEPT_INVERSE_OFFERS:
    accept_inverse_offers(t, f, call.accept_inverse_offers());
    break;
  case Call::DECLINE_INVERSE_OFFERS:
    decline_inverse_offers(t, f, call.decline_inverse_offers());
    break;
  case Call::ACKNOWLEDGE_OPERATION_STATUS:
    log_ignored(t, f, "ACKNOWLEDGE_OPERATION_STATUS");
    break;
  case Call::SUBSCRIBE:
    return {400, "SUBSCRIBE needs a stream of its own", nullptr};
  case Call::UNKNOWN:
    return {501, "Unknown call type", nullptr};
  }
  return accepted;
}

void do_due(turn& t, const deadlines::due& due) {
  switch (due.kind) {
  case timer::agent_ping:
    ping(t, agent_id{due.id});
    break;
  case timer::agent_return:
    return_timed_out(t, agent_id{due.id});
    break;
  case timer::framework_failover:
    remove(t, framework_id{due.id}, "it did not come back within its failover timeout");
    break;
  case timer::offer_expiry:
    expire(t, offer_id{due.id});
    break;
  case timer::inverse_offer_expiry:
    expire_inverse_offer(t, offer_id{due.id});
    break;
  case timer::recovery_end:
    recovery_timed_out(t);
    break;
  }
}

} // namespace

master_core::master_core(core_config config)
    : config_(std::move(config))
    , books_(std::make_unique<books>()) {
  declare_counters(books_->metrics);
}

master_core::~master_core() = default;
master_core::master_core(master_core&&) noexcept = default;
master_core& master_core::operator=(master_core&&) noexcept = default;

template <class Step>
effects master_core::run(instant now, Step&& step) {
  effects out;
  out.reserve(4); // most turns have no more
  turn t{*books_, config_, now, out};
  if (books_->started == wall_time{})
    books_->started = now.wall;
  step(t);
  return out;
}

template <class Step>
api_turn master_core::answer(instant now, Step&& step) {
  api_turn result;
  if (!books_->leading) {
    books_->counters.add("master/dropped_messages", 1);
    result.answer = not_recovered;
    return result;
  }
  result.out = run(now, [&](turn& t) { result.answer = step(t); });
  return result;
}

effects master_core::start(const registry& known, instant now) {
  return run(now, [&](turn& t) { begin_leading(t, known); });
}

effects master_core::registry_stored(store_id id, instant now) {
  return run(now, [&](turn& t) { on_stored(t, id); });
}

api_turn master_core::subscribe(const subscribe_request& request, instant now) {
  return answer(now, [&](turn& t) { return master::subscribe(t, request); });
}

api_turn master_core::call(const call_request& request, instant now) {
  return answer(now, [&](turn& t) -> api_answer {
    auto* framework = t.book.find(framework_id{request.call->framework_id().value()});
    if (auto why = refusal(framework, request))
      return *why;
    count_call(t, *framework, *request.call);
    return perform(t, *framework, *request.call);
  });
}

api_turn master_core::teardown(const framework_id& framework, instant now) {
  return answer(now, [&](turn& t) { return tear_down(t, framework); });
}

operator_turn master_core::operate(const operator_call& request, instant now) {
  operator_turn result;
  if (!books_->leading) {
    result.answer = not_recovered;
    return result;
  }
  result.out = run(now, [&](turn& t) {
    result.answer = master::perform(t, *request.call, request.principal, request.id);
  });
  return result;
}

effects master_core::convert(request_id id, const conversion_request& request, instant now) {
  return run(now, [&](turn& t) { begin_conversion(t, id, request); });
}

effects master_core::conversion_answered(request_id id, const std::string& refused, instant now) {
  return run(now, [&](turn& t) { on_conversion_answered(t, id, refused); });
}

effects master_core::endpoint_down(endpoint_id endpoint, instant now) {
  return run(now, [&](turn& t) {
    auto found = t.book.endpoints.find(endpoint);
    if (found != t.book.endpoints.end())
      disconnect(t, t.book.frameworks.at(found->second));
  });
}

effects master_core::offers(const std::vector<allocation>& offers, instant now) {
  return run(now, [&](turn& t) { make_offers(t, offers); });
}

effects master_core::inverse_offers(const std::vector<inverse_allocation>& offers, instant now) {
  return run(now, [&](turn& t) { make_inverse_offers(t, offers); });
}

effects master_core::link_up(link_id link, const std::string& peer, const std::string& principal,
                             instant now) {
  return run(now, [&](turn& t) { on_link_up(t, link, peer, principal); });
}

effects master_core::link_record(link_id link, const to_master_ptr& record, instant now) {
  return run(now, [&](turn& t) { on_record(t, link, record); });
}

effects master_core::link_down(link_id link, const std::string& reason, instant now) {
  return run(now, [&](turn& t) { on_link_down(t, link, reason); });
}

effects master_core::advance(instant now) {
  return run(now, [&](turn& t) {
    while (auto due = t.book.timers.pop(now.steady))
      do_due(t, *due);
  });
}

std::optional<steady_time> master_core::next_deadline() const {
  return books_->timers.next();
}

std::vector<state_change> master_core::snapshot() const {
  return snapshot_of(*books_, config_);
}

metric_batch master_core::take_metrics(instant now) {
  publish(*books_, now);
  return books_->metrics.take();
}

} // namespace troupe::master
