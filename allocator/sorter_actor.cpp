#include "allocator/sorter_actor.hpp"

#include <caf/actor_system.hpp>
#include <caf/sec.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <utility>

namespace troupe::allocator {

void sorter_state::change(const sorter_changes& batch) {
  if (table)
    apply(batch, *table);
  else
    waiting.push_back(batch);
}

void sorter_state::take_back(share_table& returned) {
  table = std::move(returned.table);
  for (const auto& batch : std::exchange(waiting, {}))
    apply(batch, *table);
}

sorter_actor::behavior_type sorter(sorter_actor::stateful_pointer<sorter_state> self,
                                   std::shared_ptr<sorter_table> table) {
  self->state.table = std::move(table);
  return {
      [self](lend_atom) -> caf::result<share_table> {
        if (!self->state.table)
          return caf::make_error(caf::sec::unavailable_or_would_block);
        return share_table{std::exchange(self->state.table, nullptr)};
      },
      [self](share_table& returned) { self->state.take_back(returned); },
      [self](const sorter_changes& batch) { self->state.change(batch); },
  };
}

sorter_actor spawn_sorter(caf::actor_system& system, std::shared_ptr<sorter_table> table) {
  return system.spawn(sorter, std::move(table));
}

} // namespace troupe::allocator
