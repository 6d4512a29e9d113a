/// The master's decisions as plain code: an event and the time in, a list of effects out. No actor,
/// no clock, no randomness: the same events give the same effects.
///
///   api_turn t = core.call(request, now);   // t.answer for the caller, t.out for the world
///   effects  e = core.link_record(id, record, now);
///
/// Until `start` has been called (the registry is loaded) every call is answered 503; links that
/// open and records that arrive before wait, and are handled by `start`.
#pragma once

#include "master/config.hpp"
#include "master/conversion_request.hpp"
#include "master/effects.hpp"
#include "protocol/metrics.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mesos::v1::master {
class Call;
}

namespace troupe::master {

struct books;
struct turn;

/// SUBSCRIBE; `endpoint` will be told what comes, `stream_id` names the subscription from now on.
struct subscribe_request {
  scheduler_call_ptr call;
  endpoint_id endpoint = 0;
  std::string stream_id;
  std::string principal; ///< authenticated, or empty
};

/// Any other scheduler call.
struct call_request {
  scheduler_call_ptr call;
  std::string stream_id; ///< empty when the header is absent
  std::string principal;
};

/// A call of the operator API; `id` names it if the answer comes later.
struct operator_call {
  shared<mesos::v1::master::Call> call;
  std::string principal;
  request_id id = 0;
};

/// The answer of an operator's call, or nothing when it follows as `effect::answer`.
struct operator_turn {
  std::optional<api_answer> answer;
  effects out;
};

/// The answer of an API call, and what else it causes.
struct api_turn {
  api_answer answer;
  effects out;
};

class master_core {
 public:
  explicit master_core(core_config config);
  ~master_core();
  master_core(master_core&&) noexcept;
  master_core& operator=(master_core&&) noexcept;

  /// The registry is loaded: begin to lead.
  effects start(const registry& known, instant now);
  /// A change asked for by `effect::store` is stored.
  effects registry_stored(store_id id, instant now);

  api_turn subscribe(const subscribe_request& request, instant now);
  api_turn call(const call_request& request, instant now);
  /// An operator removes a framework.
  api_turn teardown(const framework_id& framework, instant now);
  /// An operator converts resources; `id` is new. Ends in one `effect::answer`.
  effects convert(request_id id, const conversion_request& request, instant now);
  /// The allocator's answer to `effect::ask_allocator`; empty: done.
  effects conversion_answered(request_id id, const std::string& refused, instant now);
  operator_turn operate(const operator_call& request, instant now);
  /// A stream ended by itself.
  effects endpoint_down(endpoint_id endpoint, instant now);

  effects offers(const std::vector<allocation>& offers, instant now);
  effects inverse_offers(const std::vector<inverse_allocation>& offers, instant now);

  effects link_up(link_id link, const std::string& peer, const std::string& principal, instant now);
  effects link_record(link_id link, const to_master_ptr& record, instant now);
  effects link_down(link_id link, const std::string& reason, instant now);

  /// Does what is due.
  effects advance(instant now);
  /// When `advance` has something to do, if ever.
  std::optional<steady_time> next_deadline() const;

  /// The changes that build the present state from nothing.
  std::vector<state_change> snapshot() const;
  /// What the metrics collector has not been told yet: counters since the last time, gauges of now.
  metric_batch take_metrics(instant now);

 private:
  template <class Step>
  effects run(instant now, Step&& step);
  template <class Step>
  api_turn answer(instant now, Step&& step);

  core_config config_;
  std::unique_ptr<books> books_;
};

} // namespace troupe::master
