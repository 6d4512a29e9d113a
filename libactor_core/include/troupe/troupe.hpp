/// The embedder's view: the actors of a cluster in one process, and what it takes to run them.
///
///   find_package(Troupe REQUIRED)
///   target_link_libraries(app PRIVATE Troupe::master Troupe::agent Troupe::allocator)
///
/// Read protocol/master.hpp for the conversation.
#pragma once

#include "agent/agent_actor.hpp"
#include "allocator/allocator_actor.hpp"
#include "master/master_actor.hpp"
#include "master/registrar.hpp"
#include "protocol/master.hpp"
#include "runtime/system.hpp"
#include "storage/store_actor.hpp"
