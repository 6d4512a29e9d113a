/// What a sorter can do. Implement this to bring your own: the simplest (first in, first out) needs
/// only add_client, remove_client, set_active, begin and next.
#pragma once

#include "protocol/sorter.hpp"

#include <span>
#include <string>
#include <string_view>

namespace troupe {

/// Ranks the active clients of each group. Not thread-safe: one owner at a time.
class sorter_table {
 public:
  virtual ~sorter_table() = default;

  /// `client` joins `group`, inactive. `path` is a role name or the id of a framework.
  virtual void add_client(sorter_client client, sorter_group group, std::string_view path) = 0;
  virtual void remove_client(sorter_client client) = 0;
  virtual void set_active(sorter_client client, bool active) = 0;

  /// From now on `resource` in amounts means the scalar resource called `name`.
  virtual void name_resource(std::uint32_t resource, std::string_view name);
  /// One allocation more. During a visit it counts only from the next `begin` on.
  virtual void allocated(sorter_client client, std::span<const scalar_amount> amounts);
  virtual void unallocated(sorter_client client, std::span<const scalar_amount> amounts);
  /// Adds to the cluster's total (negative amounts take away).
  virtual void total_changed(std::span<const scalar_amount> amounts);
  /// The weight of the client, or of the inner node of the role tree, at `path`.
  virtual void set_weight(std::string_view path, double weight);

  /// Starts to walk through the active clients of `group`, best first, as shares stand now. The
  /// allocator does this once per agent. Between `begin` and the last `next` only `allocated` is
  /// called.
  virtual void begin(sorter_group group) = 0;
  /// The next client, or `no_client` after the last.
  virtual sorter_client next() = 0;
};

/// Carries a batch out.
void apply(const sorter_changes& batch, sorter_table& table);

} // namespace troupe
