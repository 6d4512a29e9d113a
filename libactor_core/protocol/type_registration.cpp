/// The one place that instantiates the whole protocol: every header compiles alone and every handle is
/// well formed. Message types need no run-time registration, since none crosses a process as CAF message.
#include "protocol/agent.hpp"
#include "protocol/checkpoint.hpp"
#include "protocol/master.hpp"
#include "protocol/registrar.hpp"
#include "protocol/sorter.hpp"

namespace troupe {

static_assert(std::is_convertible_v<master_actor, agent_link_listener_actor>);
static_assert(std::is_convertible_v<master_actor, offer_sink_actor>);
static_assert(std::is_convertible_v<agent_actor, master_link_listener_actor>);
static_assert(std::is_convertible_v<agent_actor, container_listener_actor>);
static_assert(std::is_default_constructible_v<checkpointer_actor>);
static_assert(std::is_default_constructible_v<registrar_actor>);
static_assert(std::is_default_constructible_v<sorter_actor>);

} // namespace troupe
