/// The two stores as actors: see protocol/storage.hpp for the conversation.
#pragma once

#include "protocol/storage.hpp"
#include "storage/sqlite_store.hpp"

#include <map>
#include <string>

namespace troupe {

struct sqlite_store_state {
  static inline const char* name = "sqlite_store";
};

/// Spawn detached: every message blocks for a disk sync.
store_actor::behavior_type durable_store(store_actor::stateful_pointer<sqlite_store_state> self,
                                         std::shared_ptr<sqlite_store> store);

/// Opens `file` here and now, so that a bad place is an error of start-up, and spawns the actor on
/// it.
caf::expected<store_actor> spawn_durable_store(caf::actor_system& system,
                                               const std::filesystem::path& file);

struct memory_store_state {
  static inline const char* name = "memory_store";

  std::map<std::string, stored_variable> variables;
};

/// Forgets everything when it ends; for `--registry=in_memory`, tests and simulation, where it
/// outlives the masters that use it.
store_actor::behavior_type memory_store(store_actor::stateful_pointer<memory_store_state> self);

} // namespace troupe
