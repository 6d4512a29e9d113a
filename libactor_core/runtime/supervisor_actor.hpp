/// The supervisor: see protocol/supervisor.hpp for its conversation.
#pragma once

#include "protocol/supervisor.hpp"
#include "runtime/clock.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <deque>
#include <functional>
#include <vector>

namespace troupe {

/// What daemons exit with when a component died.
inline constexpr int component_died_exit_code = 70;

/// Called, after the log line, with the name of a component whose death the process must not
/// survive.
using death_handler = std::function<void(const std::string& name)>;

/// The death handler of daemons: ends the process at once with `component_died_exit_code`.
void end_process(const std::string& name);

struct supervisor_state {
  static inline const char* name = "supervisor";

  struct component {
    std::string name;
    caf::actor handle;
    restart_policy restart;
    std::deque<steady_time> restarts; ///< within the window
  };

  std::vector<component> components; ///< in the order of start
  bool stopping = false;
  std::vector<std::string> killed;
  caf::typed_response_promise<components_stopped> answer;
};

supervisor_actor::behavior_type
supervisor(supervisor_actor::stateful_pointer<supervisor_state> self, const clock& time,
           death_handler on_death);

/// Puts a typed actor under supervision and hands it on: `auto m = supervise(s, "metrics",
/// spawn(…))`.
template <class Handle>
Handle supervise(const supervisor_actor& supervisor, std::string name, Handle component,
                 restart_policy restart = {}) {
  caf::anon_send(supervisor,
                 supervise_component{std::move(name), caf::actor_cast<caf::actor>(component),
                                     std::move(restart)});
  return component;
}

} // namespace troupe
