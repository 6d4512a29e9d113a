/// The bag of resources that offers, tasks and agents hold, and its arithmetic.
#pragma once

#include "model/resource.hpp"
#include "model/shared_vector.hpp"

#include <concepts>
#include <initializer_list>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// A bag of non-empty resources in the order of first insertion. Resources of the same identity are
/// one entry, except exclusive ones (`resource::is_exclusive`), which never merge. Equal shared
/// resources are one entry with a number of copies. Equality ignores the order. Copying costs a
/// reference count; the first change of a copy costs a copy of each entry.
class resources {
 public:
  using const_iterator = std::vector<resource>::const_iterator;

  resources() = default;
  resources(std::initializer_list<resource> items);
  explicit resources(std::vector<resource> items);

  bool empty() const noexcept { return items_.read().empty(); }
  /// Number of entries.
  std::size_t size() const noexcept { return items_.read().size(); }
  const_iterator begin() const noexcept { return items_.read().begin(); }
  const_iterator end() const noexcept { return items_.read().end(); }

  /// Adds one resource (all its copies, if shared); an empty one changes nothing.
  void add(resource item);
  void reserve_space(std::size_t entries) { items_.write().reserve(entries); }

  /// True when both are copies of one bag that has not changed since: they are equal, at no cost.
  bool same_body(const resources& other) const noexcept { return items_.same_body(other.items_); }

  /// A hint: this will be copied soon.
  void foresee_copy() const noexcept { items_.foresee_copy(); }

  /// True when `other` can be subtracted: enough of each identity, each exclusive one whole, enough
  /// copies of each shared.
  bool contains(const resources& other) const;
  bool contains(const resource& item) const;

  /// Takes `other` away when it is contained; else changes nothing and returns false.
  [[nodiscard]] bool subtract_if_contained(const resources& other);
  /// A copy without `other`, or nothing when `other` is not contained.
  [[nodiscard]] std::optional<resources> try_subtract(const resources& other) const;

  resources& operator+=(const resources& other);
  resources& operator+=(resources&& other);
  resources& operator+=(resource item);
  /// Subtracts; `other` must be contained (a programming error otherwise: aborts with both bags in
  /// text).
  resources& operator-=(const resources& other);
  friend resources operator+(resources a, const resources& b) {
    a += b;
    return a;
  }
  friend resources operator-(resources a, const resources& b) {
    a -= b;
    return a;
  }
  friend bool operator==(const resources& a, const resources& b);

  /// The entries that satisfy the predicate.
  template <std::predicate<const resource&> Predicate>
  resources filter(Predicate wanted) const {
    std::vector<resource> chosen;
    for (auto item = begin(); item != end(); ++item) {
      if (!wanted(*item))
        continue;
      if (chosen.empty())
        chosen.reserve(static_cast<std::size_t>(end() - item));
      chosen.push_back(*item);
    }
    resources result;
    result.items_ = shared_vector(std::move(chosen));
    return result;
  }

  resources unreserved() const;
  /// Reserved for whatever role.
  resources reserved() const;
  /// Currently reserved for exactly `role`.
  resources reserved(std::string_view role) const;
  /// Reserved resources by the role of the current reservation.
  std::map<std::string, resources> reservations() const;
  /// What a framework of `role` may be offered (see resource::allocatable_to).
  resources allocatable_to(std::string_view role) const;
  resources revocable() const;
  resources non_revocable() const;
  resources shared() const;
  resources non_shared() const;
  resources persistent_volumes() const;
  /// The entries called `name`.
  resources named(std::string_view name) const;

  /// A copy with the allocation role set on all entries.
  resources allocated_to_role(std::string_view role) const&;
  resources allocated_to_role(std::string_view role) &&;
  /// A copy with the allocation role cleared on all entries.
  resources unallocated() const&;
  resources unallocated() &&;
  /// By allocation role; every entry must have one (else a programming error). Entries keep their
  /// role.
  std::map<std::string, resources> allocations() const;
  /// A copy with one more reservation on every entry (RESERVE).
  resources pushed_reservation(const reservation& top) const;
  /// A copy without the current reservation of every entry; every entry must be reserved
  /// (UNRESERVE).
  resources popped_reservation() const;
  /// A copy without any reservations.
  resources to_unreserved() const;

  /// Sums of the scalars by name, reserved or not, revocable or not; shared ones once. Ranges and
  /// sets are ignored.
  quantities scalars() const;
  /// Like scalars(), plus the number of elements of ranges and sets (in whole units).
  quantities all_quantities() const;

  /// Sums over all entries of the name; zero or empty when there is none.
  quantity get_scalar(std::string_view name) const;
  ranges get_ranges(std::string_view name) const;
  string_set get_set(std::string_view name) const;
  quantity cpus() const { return get_scalar("cpus"); }
  quantity mem() const { return get_scalar("mem"); }   ///< megabytes
  quantity disk() const { return get_scalar("disk"); } ///< megabytes
  quantity gpus() const { return get_scalar("gpus"); }
  ranges ports() const { return get_ranges("ports"); }

 private:
  template <class Resource>
  void merge(Resource&& item);
  // `item` must be contained.
  void take(const resource& item);
  void merge_anew();
  void set_allocation(const std::optional<std::string>& role);
  template <class Change>
  resources changed(Change change) const;

  shared_vector<resource> items_;
};

std::ostream& operator<<(std::ostream& out, const resources& value);

} // namespace troupe
