/// What quotas promise and forbid, and how much of them has been used.
#pragma once

#include "protocol/sorter.hpp"

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace troupe::allocator {

/// Roles by their path, scalar resources by their number. A role has *consumed* what is reserved
/// for it and its sub-roles, and what of unreserved resources these have been allocated; revocable
/// resources do not count. It *needs* what its guarantee has over that, or the sum of its
/// sub-roles' needs where that is more, but never more than its limit leaves. The needs of the
/// top-level roles are the cluster's *required headroom*; what is free and neither reserved nor
/// revocable is its *available headroom*.
class quota_books {
 public:
  using node = std::uint32_t;
  static constexpr std::int64_t unlimited = std::numeric_limits<std::int64_t>::max();

  /// Whether any role has a quota. Nothing else is kept up to date while there is none.
  bool any() const noexcept { return quotas_ > 0; }

  /// Replaces the quota of a role; both empty: none.
  void set(std::string_view path, std::span<const scalar_amount> guarantees,
           std::span<const scalar_amount> limits);
  /// Forgets what was consumed and what is available, before it is counted afresh.
  void forget_use();

  /// The node of a role; made when missing, and then kept.
  node find(std::string_view path);

  /// The role consumes more (or, with sign -1, less).
  void consume(node role, std::span<const scalar_amount> amounts, std::int64_t sign = 1);
  void change_available(std::span<const scalar_amount> amounts, std::int64_t sign);

  /// The role or one above has a guarantee.
  bool is_guaranteed(node role) const;
  /// The role or one above has a guarantee for this resource.
  bool is_guaranteed(node role, std::uint32_t resource) const;
  /// How much more the role may get before the guarantees for it are kept.
  std::int64_t wanted(node role, std::uint32_t resource) const;
  /// How much more the role may get at all.
  std::int64_t room(node role, std::uint32_t resource) const;
  /// Available headroom beyond the required; negative when there is too little.
  std::int64_t surplus(std::uint32_t resource) const;
  /// Some guarantee is not kept yet.
  bool needs_anything() const noexcept { return needy_ > 0; }

  /// Gives the role so much of what is available.
  void give(node role, std::span<const scalar_amount> amounts);
  /// Whether that would leave alone what other roles' guarantees need.
  bool fits(node role, std::span<const scalar_amount> amounts);

  // For metrics and checkers.
  struct entry {
    std::int64_t guarantee = 0;
    std::int64_t limit = unlimited;
    std::int64_t consumed = 0;
    std::int64_t needs_below = 0; ///< sum of the children's needs
    std::int64_t need = 0;
  };
  /// What is known of a role and a resource.
  entry at(node role, std::uint32_t resource) const;
  /// The roles that have a quota.
  std::vector<std::string> roles() const;
  struct named_entry {
    std::string role;
    std::uint32_t resource;
    entry amounts;
  };
  /// What has a guarantee or a limit.
  std::vector<named_entry> entries() const;

 private:
  static constexpr node none = UINT32_MAX;

  struct role_quota {
    std::string path;
    node parent = none;
    bool set = false;
    bool guaranteed = false;    ///< this role itself
    std::vector<entry> entries; // by resource; may be shorter than others'
  };

  entry& slot(node role, std::uint32_t resource);
  void add(node role, std::uint32_t resource, std::int64_t consumed);
  void refresh(node role, std::uint32_t resource);
  static void grow(std::vector<std::int64_t>& amounts, std::uint32_t resource);

  std::vector<role_quota> roles_;
  std::unordered_map<std::string, node> by_path_;
  std::vector<std::int64_t> available_; // by resource
  std::vector<std::int64_t> required_;  // by resource
  std::size_t quotas_ = 0;
  std::size_t needy_ = 0; ///< resources with a required headroom
};

} // namespace troupe::allocator
