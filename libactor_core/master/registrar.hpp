/// The registrar actor: the only one who reads and writes the registry in the store.
///
/// Changes that come while a store is under way wait and are then stored together. The first
/// failure is final: it, and every request after it, is answered with an error that says what
/// failed, because what the registry holds is then no longer known to this master.
#pragma once

#include "master/registry_codec.hpp"
#include "protocol/metrics.hpp"
#include "protocol/registrar.hpp"
#include "protocol/storage.hpp"
#include "runtime/clock.hpp"

#include <caf/stateful_actor.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace troupe::master {

struct registrar_config {
  std::string variable = "registry";
  registry_book::bounds keep;
  std::chrono::nanoseconds fetch_timeout = std::chrono::minutes{1};
  std::chrono::nanoseconds store_timeout = std::chrono::seconds{20};
};

/// `time` must outlive the actor; `metrics` may be absent.
struct registrar_neighbours {
  store_actor store;
  const clock* time = nullptr;
  metrics_actor metrics;
};

struct registrar_state {
  static inline const char* name = "registrar";

  using pointer = registrar_actor::stateful_pointer<registrar_state>;

  void set_up(pointer actor, registrar_config settings, registrar_neighbours around);
  caf::result<shared<registry>> load(const load_registry& request);
  caf::result<registry_stored> change(const registry_change& request);

 private:
  /// Somebody who waits for a store, and what they are answered then.
  struct waiting_change {
    std::vector<registry_operation> operations;
    caf::typed_response_promise<registry_stored> answer;
  };

  static double count_operations(const std::vector<waiting_change>& in);
  void loaded(const stored_variable& found, const std::string& leader);
  void store_next();
  void write(std::string bytes);
  void written(const variable_version& version);
  void fail(const std::string& what, const caf::error& why);

  pointer self_ = nullptr;
  registrar_config config_;
  registrar_neighbours around_;
  std::optional<registry_book> book_;
  std::uint64_t version_ = 0;
  std::optional<caf::error> failed_;
  std::optional<caf::typed_response_promise<shared<registry>>> loader_;
  bool storing_ = false;
  steady_time asked_{};
  std::vector<waiting_change> in_store_; ///< being written now
  std::vector<waiting_change> queue_;    ///< for the next write
};

registrar_actor::behavior_type registrar(registrar_actor::stateful_pointer<registrar_state> self,
                                         registrar_config config, registrar_neighbours around);

} // namespace troupe::master

TROUPE_MESSAGE(troupe::master::registrar_config)
TROUPE_MESSAGE(troupe::master::registrar_neighbours)
