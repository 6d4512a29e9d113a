/// The stage on which the master and the registrar are tested: one thread, virtual time, stubs that
/// write down what they are told.
#pragma once

#include "protocol/master.hpp"
#include "protocol/metrics.hpp"
#include "protocol/storage.hpp"
#include "runtime/deterministic_system.hpp"

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <mesos/v1/mesos.pb.h>
#include <mesos/v1/scheduler.pb.h>
#include <troupe/link.pb.h>

#include <optional>
#include <string>
#include <vector>

namespace troupe::master::test {

/// What a stub was told, in order.
template <class T>
using tape = std::shared_ptr<std::vector<T>>;

template <class T>
tape<T> new_tape() {
  return std::make_shared<std::vector<T>>();
}

/// A store of one variable that can be held back or fail.
struct store_script {
  std::string bytes;
  std::uint64_t version = 0;
  std::size_t writes = 0;
  bool answer = true; ///< false: requests hang
  std::optional<store_ec> failure;
};

inline store_actor::behavior_type store_stub(store_actor::pointer self,
                                             std::shared_ptr<store_script> script) {
  return {
      [=](const fetch_variable&) -> caf::result<stored_variable> {
        if (script->failure)
          return make_error(*script->failure, "scripted");
        if (!script->answer)
          return self->make_response_promise<stored_variable>();
        return stored_variable{script->bytes, script->version};
      },
      [=](const store_variable& x) -> caf::result<variable_version> {
        if (script->failure)
          return make_error(*script->failure, "scripted");
        if (!script->answer)
          return self->make_response_promise<variable_version>();
        if (x.expected_version != script->version)
          return make_error(store_ec::conflict, "scripted");
        ++script->writes;
        script->bytes = x.bytes;
        return variable_version{++script->version};
      },
  };
}

/// Names of the messages that the allocator got.
inline allocator_actor::behavior_type allocator_stub(allocator_actor::pointer,
                                                     tape<std::string> told) {
  return {
      [=](const start_allocator&) { told->push_back("start"); },
      [=](const add_framework& x) { told->push_back("add_framework " + x.framework.value()); },
      [=](const update_framework&) { told->push_back("update_framework"); },
      [=](const remove_framework&) { told->push_back("remove_framework"); },
      [=](const activate_framework&) { told->push_back("activate_framework"); },
      [=](const deactivate_framework&) { told->push_back("deactivate_framework"); },
      [=](const add_agent& x) { told->push_back("add_agent " + x.agent.value()); },
      [=](const update_agent&) { told->push_back("update_agent"); },
      [=](const remove_agent&) { told->push_back("remove_agent"); },
      [=](const activate_agent&) { told->push_back("activate_agent"); },
      [=](const deactivate_agent&) { told->push_back("deactivate_agent"); },
      [=](const recover_together&) { told->push_back("recover_together"); },
      [=](const convert_allocation&) { told->push_back("convert_allocation"); },
      [=](const suppress_offers&) { told->push_back("suppress_offers"); },
      [=](const await_agents&) { told->push_back("await_agents"); },
      [=](const set_quota&) { told->push_back("set_quota"); },
      [=](const set_weights&) { told->push_back("set_weights"); },
      [=](const set_whitelist&) { told->push_back("set_whitelist"); },
      [=](const plan_absence&) { told->push_back("plan_absence"); },
      [=](const end_inverse_offer&) { told->push_back("end_inverse_offer"); },
      [=](const convert_available&) {
        told->push_back("convert_available");
        return conversion_outcome{};
      },
      [=](const revive_offers&) { told->push_back("revive_offers"); },
      [=](caf::tick_atom) {},
  };
}

inline framework_endpoint_actor::behavior_type endpoint_stub(framework_endpoint_actor::pointer self,
                                                             tape<scheduler_event_ptr> heard) {
  return {
      [=](const endpoint_event& x) { heard->push_back(x.event); },
      [=](const endpoint_close&) { self->quit(); },
  };
}

inline agent_link_actor::behavior_type link_stub(agent_link_actor::pointer self,
                                                 tape<to_agent_ptr> sent) {
  return {
      [=](const to_agent_ptr& x) { sent->push_back(x); },
      [=](const link_close&) { self->quit(); },
  };
}

struct replica_tape {
  std::vector<state_delta> deltas;
  std::vector<state_snapshot> snapshots;
};

inline state_listener_actor::behavior_type replica_stub(state_listener_actor::pointer,
                                                        std::shared_ptr<replica_tape> tape) {
  return {
      [=](const state_delta& x) { tape->deltas.push_back(x); },
      [=](const state_snapshot& x) { tape->snapshots.push_back(x); },
  };
}

/// An actor system, and how to ask in it.
struct stage {
  deterministic_system system;
  caf::scoped_actor self{system.actors(), true};

  /// The answer, or nothing when there is none yet; an error ends up in `error`.
  template <class R, class Handle, class Message>
  std::optional<R> ask(const Handle& handle, Message message) {
    std::optional<R> result;
    error = caf::none;
    auto answer = self->request(handle, std::chrono::seconds{3600}, std::move(message));
    system.run();
    answer.receive([&](const R& x) { result = x; }, [&](const caf::error& why) { error = why; });
    return result;
  }

  template <class Handle>
  void end(Handle& handle) {
    if (handle)
      caf::anon_send_exit(handle, caf::exit_reason::user_shutdown);
    handle = Handle{};
    system.run();
  }

  caf::error error;
};

} // namespace troupe::master::test
