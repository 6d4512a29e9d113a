/// The master as an actor: messages become events of the core, effects become messages.
#pragma once

#include "master/master_core.hpp"
#include "protocol/master.hpp"
#include "protocol/metrics.hpp"
#include "protocol/registrar.hpp"
#include "runtime/clock.hpp"

#include <caf/stateful_actor.hpp>

#include <chrono>
#include <map>
#include <optional>

namespace troupe::master {

struct master_config {
  core_config core;
  std::chrono::nanoseconds tick = std::chrono::seconds{1}; ///< precision of all time-outs
};

/// Who the master talks to. `time` must outlive the actor; `metrics` may be absent.
struct master_neighbours {
  const clock* time = nullptr;
  allocator_actor allocator;
  registrar_actor registrar;
  metrics_actor metrics;
};

/// Knows which actor stands behind each number of the core, and keeps the delta stream.
struct master_state {
  static inline const char* name = "master";

  using pointer = master_actor::stateful_pointer<master_state>;

  void set_up(pointer actor, master_config settings, master_neighbours around);
  void registry_loaded(const registry& known);

  caf::result<api_answer> subscribe(const subscribe_framework& request);
  caf::result<api_answer> call(const scheduler_request& request);
  caf::result<api_answer> teardown(const teardown_framework& request);
  caf::result<api_answer> convert(const convert_resources& request);
  caf::result<api_answer> operate(const operator_request& request);
  void attach(const attach_replica& request);
  void offers(const offers_made& made);
  void opened(const link_opened& link);
  void received(const link_received& record);
  void closed(const link_closed& link);
  void tick();
  void peer_down(const caf::actor_addr& peer);

 private:
  instant now() const;
  void carry_out(effects out);
  void store(const effect::store& change);
  void store_next();
  void ask_allocator(const effect::ask_allocator& x);
  void give_up(const std::string& reason);
  void publish(std::vector<state_change> changes);
  void publish_metrics();

  friend struct effect_runner;

  pointer self_ = nullptr;
  master_config config_;
  master_neighbours around_;
  std::optional<master_core> core_;
  endpoint_id next_endpoint_ = 1;
  std::map<endpoint_id, framework_endpoint_actor> endpoints_;
  std::map<caf::actor_addr, endpoint_id> endpoint_numbers_;
  std::map<link_id, agent_link_actor> links_;
  request_id next_request_ = 1;
  std::map<request_id, caf::typed_response_promise<api_answer>> unanswered_;
  std::map<caf::actor_addr, state_listener_actor> replicas_;
  /// What waits for the registrar to be done with the changes before: one question at a time, because CAF keeps the
  /// questions that are open in a plain array (thousands of agents register at once).
  registry_change to_store_;
  std::vector<store_id> to_store_ids_;
  bool storing_ = false;
  std::uint64_t delta_number_ = 0;
};

/// Loads the registry, then leads until it ends. Ends with an error (so that the process stops)
/// when the registrar fails. `around.time` is read at every message.
master_actor::behavior_type master(master_actor::stateful_pointer<master_state> self,
                                   master_config config, master_neighbours around);

} // namespace troupe::master

TROUPE_MESSAGE(troupe::master::master_config)
TROUPE_MESSAGE(troupe::master::master_neighbours)
