/// A sorter as an actor: it owns a table, keeps it up to date, and lends it for the time of one or more cycles.
#pragma once

// CAF's result.hpp uses it without including it.
#include <caf/make_message.hpp>

#include "protocol/sorter.hpp"

#include "allocator/sorter.hpp"

#include <memory>
#include <vector>

namespace troupe::allocator {

struct sorter_state {
  static constexpr const char* name = "sorter";

  std::shared_ptr<sorter_table> table; ///< none while lent
  std::vector<sorter_changes> waiting; ///< came while lent

  void change(const sorter_changes& batch);
  void take_back(share_table& returned);
};

sorter_actor::behavior_type sorter(sorter_actor::stateful_pointer<sorter_state> self,
                                   std::shared_ptr<sorter_table> table);

/// Spawns a sorter around any table, such as an embedder's own.
sorter_actor spawn_sorter(caf::actor_system& system, std::shared_ptr<sorter_table> table);

} // namespace troupe::allocator
