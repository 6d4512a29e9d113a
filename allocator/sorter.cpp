#include "allocator/sorter.hpp"

namespace troupe {

void sorter_table::name_resource(std::uint32_t, std::string_view) {}
void sorter_table::allocated(sorter_client, std::span<const scalar_amount>) {}
void sorter_table::unallocated(sorter_client, std::span<const scalar_amount>) {}
void sorter_table::total_changed(std::span<const scalar_amount>) {}
void sorter_table::set_weight(std::string_view, double) {}

namespace {

void apply_one(const sorter_change& change, std::span<const scalar_amount> amounts,
               sorter_table& table) {
  using kind = sorter_change::kind;
  switch (change.what) {
  case kind::name_resource:
    return table.name_resource(change.client, change.text);
  case kind::add_client:
    return table.add_client(change.client, change.group, change.text);
  case kind::remove_client:
    return table.remove_client(change.client);
  case kind::activate:
    return table.set_active(change.client, true);
  case kind::deactivate:
    return table.set_active(change.client, false);
  case kind::allocate:
    return table.allocated(change.client, amounts);
  case kind::unallocate:
    return table.unallocated(change.client, amounts);
  case kind::change_total:
    return table.total_changed(amounts);
  case kind::set_weight:
    return table.set_weight(change.text, change.weight);
  }
}

} // namespace

void apply(const sorter_changes& batch, sorter_table& table) {
  std::span<const scalar_amount> pool(batch.amounts);
  for (const auto& change : batch.changes)
    apply_one(change, pool.subspan(change.first_amount, change.amount_count), table);
}

} // namespace troupe
