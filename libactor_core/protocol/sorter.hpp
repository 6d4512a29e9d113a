/// A sorter ranks clients (roles, or the frameworks of a role) by who is next to be served. It owns
/// its table and lends it to the allocator for one or more cycles, so that a cycle is at most one conversation and
/// not one per agent.
///
///   allocator ──sorter_changes─▶ sorter   (what happened since the last cycle, as one batch)
///   allocator ──lend_atom──────▶ sorter   (the table moves out)
///   allocator ──share_table────▶ sorter   (it moves back, with the cycle's allocations in it)
///
/// Changes that arrive while the table is away wait for its return. A sorter whose borrower died
/// rebuilds nothing: allocator and sorters are linked and end together, and the master's supervisor
/// ends the process.
#pragma once

#include "protocol/base.hpp"

#include <caf/atom.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace troupe {

/// A client of a sorter: a dense number given out by the allocator, free for another one after
/// removal.
using sorter_client = std::uint32_t;
constexpr sorter_client no_client = UINT32_MAX;

/// Clients of different groups are never compared. All roles are in group 0 of the role sorter; the
/// frameworks of a role are one group of the framework sorter.
using sorter_group = std::uint32_t;

/// An amount of a scalar resource, which has a dense number, too (sorter_change::name_resource).
struct scalar_amount {
  std::uint32_t resource = 0;
  std::int64_t milli = 0;

  bool operator==(const scalar_amount&) const = default;
};

/// One change. Which fields count stands beside each kind; `amounts` is a piece of the batch's
/// pool.
struct sorter_change {
  enum class kind : std::uint8_t {
    name_resource, ///< client (the resource's number), text (its name)
    add_client,    ///< client, group, text (its path); it starts inactive
    remove_client, ///< client; what it was allocated goes with it
    activate,      ///< client
    deactivate,    ///< client
    allocate,      ///< client, amounts; one more allocation of the client
    unallocate,    ///< client, amounts
    change_total,  ///< amounts to add to the cluster's total, negative ones to take away
    set_weight,    ///< text (a path), weight
  };

  kind what{};
  sorter_client client = no_client;
  sorter_group group = 0;
  std::uint32_t first_amount = 0;
  std::uint32_t amount_count = 0;
  double weight = 1.0;
  std::string text;
};

/// Changes in the order in which they happened.
struct sorter_changes {
  std::vector<sorter_change> changes;
  std::vector<scalar_amount> amounts;
};

/// The table itself belongs to `allocator/`; here it is only moved. One owner at a time.
class sorter_table;
struct share_table {
  std::shared_ptr<sorter_table> table;
};

using lend_atom = caf::atom_constant<caf::atom("lend")>;

/// A second loan before the first came back is refused with an error.
using sorter_actor = caf::typed_actor<caf::replies_to<lend_atom>::with<share_table>,
                                      caf::reacts_to<share_table>, caf::reacts_to<sorter_changes>>;

} // namespace troupe

TROUPE_MESSAGE(troupe::share_table)
TROUPE_MESSAGE(troupe::sorter_changes)
