/// A state replica: one read-only actor among several, each with its own picture of the master's state.
///
///   master ──state_snapshot, state_delta──▶ replica ◀──read_state── HTTP worker
///                                           replica ──shared body─▶ responder
///                                           replica ──events──────▶ streams of the operator API
///
/// Every answer is the state at one delta number, which its `ETag` names. Readers of the same state share
/// the body. A replica that missed a delta asks the master for a snapshot and answers 503 until it has one.
#pragma once

#include "http/operator_subscribers.hpp"
#include "http/responder.hpp"
#include "http/state_model.hpp"
#include "protocol/master.hpp"
#include "protocol/metrics.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <set>
#include <vector>

namespace troupe::http {

enum class state_endpoint { state, summary, frameworks, agents, tasks };

/// A read, answered through its responder.
struct read_state {
  state_endpoint what = state_endpoint::state;
  std::optional<std::string> only; ///< id of the one framework or agent wanted
  task_query tasks;
  std::optional<std::string> since;         ///< `/state` only: the tag of what the reader has
  std::optional<std::string> if_none_match; ///< the header: answered 304 when it names this state
  responder respond;
};

/// A read made by the asker: what it makes of the model is the answer. For the operator API and other
/// small bodies. Until the master leads the answer is 503.
struct view_state {
  std::function<response(const state_model&)> view;
  responder respond;
};

/// GET_STATE, GET_TASKS, GET_EXECUTORS, GET_FRAMEWORKS or GET_AGENTS of the operator API. The first of an
/// encoding waits until the state is there in it. Until the master leads the answer is 503.
struct read_v1 {
  mesos::v1::master::Response_Type what{};
  wire::media encoding = wire::media::json;
  responder respond;
};

/// SUBSCRIBE of the operator API: the stream hears the state and every event after it. Until the master
/// leads the answer is 503. All subscribers belong to one replica, so that their number has a limit.
struct subscribe_operator {
  wire::media encoding = wire::media::json;
  responder respond;
};

/// From the stream of a subscriber: it has ended.
struct subscriber_gone {
  operator_subscribers::number who = 0;
  stream_end end = stream_end::closed;
};

/// To itself: go on rendering for those who wait, after what else has come.
struct prepare_more {};

/// To itself: give back what nobody has asked for since the last time.
struct forget_unused {};

using replica_actor =
    caf::typed_actor<caf::reacts_to<state_delta>, caf::reacts_to<state_snapshot>,
                     caf::reacts_to<read_state>, caf::reacts_to<view_state>,
                     caf::reacts_to<read_v1>, caf::reacts_to<subscribe_operator>,
                     caf::reacts_to<subscriber_gone>, caf::reacts_to<prepare_more>,
                     caf::reacts_to<forget_unused>, caf::reacts_to<caf::tick_atom>>;

struct replica_config {
  state_model_config model;
  std::size_t max_subscribers = 1000;
  std::chrono::nanoseconds heartbeat = std::chrono::seconds(15); ///< of event streams
  /// What the operator API's encodings need is given back when nobody has asked for so long, or twice
  /// as long at most.
  std::chrono::nanoseconds keep_encodings = std::chrono::minutes(5);
};

struct replica_neighbours {
  master_actor master;
  metrics_actor metrics; ///< may be null
};

struct replica_state {
  const char* name = "state replica";
  std::optional<state_model> model;
  bool in_step = false;   ///< has a snapshot, and every delta since
  bool preparing = false; ///< `prepare_more` is on its way
  std::vector<read_v1> waiting;
  std::vector<subscribe_operator> subscribing;
  replica_config config;
  replica_neighbours around;
  std::optional<operator_subscribers> subscribers;
  bool beating = false;            ///< the next heartbeat is on its way
  std::set<wire::media> asked_for; ///< since the last `forget_unused`
  bool forgetting = false;         ///< the next one is on its way
};

replica_actor::behavior_type replica(replica_actor::stateful_pointer<replica_state> self,
                                     replica_config config, replica_neighbours around);

/// Spreads reads over the replicas, one after the other. Callable from every HTTP worker.
class replica_set {
 public:
  explicit replica_set(std::vector<replica_actor> replicas)
      : replicas_(std::move(replicas)) {}

  void read(read_state request) const;
  void read(view_state request) const;
  void read(read_v1 request) const;
  void subscribe(subscribe_operator request) const;

 private:
  const replica_actor& next() const;

  std::vector<replica_actor> replicas_;
  mutable std::atomic<std::size_t> next_{0}; // the edge where foreign threads come in
};

} // namespace troupe::http

TROUPE_MESSAGE(troupe::http::read_state)
TROUPE_MESSAGE(troupe::http::view_state)
TROUPE_MESSAGE(troupe::http::read_v1)
TROUPE_MESSAGE(troupe::http::prepare_more)
TROUPE_MESSAGE(troupe::http::subscribe_operator)
TROUPE_MESSAGE(troupe::http::subscriber_gone)
TROUPE_MESSAGE(troupe::http::forget_unused)
