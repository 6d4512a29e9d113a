/// One resource: an amount of something, who reserved it, which disk it is, to whom it is
/// allocated.
#pragma once

#include "model/boxed_optional.hpp"
#include "model/quantity.hpp"
#include "model/ranges.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe {

struct label {
  std::string key;
  std::optional<std::string> value;

  friend bool operator==(const label&, const label&) = default;
};

/// Labels in the order given; equal when they hold the same labels in any order.
struct label_list {
  std::vector<label> items;

  bool empty() const noexcept { return items.empty(); }
  friend bool operator==(const label_list& a, const label_list& b);
};

enum class reservation_type : std::uint8_t {
  fixed,   ///< STATIC: from the agent's flags; only as the first of a stack
  dynamic, ///< DYNAMIC: from a RESERVE operation
};

struct reservation {
  reservation_type type = reservation_type::fixed;
  std::string role;
  std::optional<std::string> principal;
  label_list labels;

  friend bool operator==(const reservation&, const reservation&) = default;
};

/// What makes disk space a persistent volume.
struct persistence {
  std::string id; ///< unique per role and agent
  std::optional<std::string> principal;

  friend bool operator==(const persistence&, const persistence&) = default;
};

enum class volume_mode : std::uint8_t { read_write, read_only };

/// How the user of a disk sees it; not part of the disk's identity.
struct disk_volume {
  std::string container_path;
  volume_mode mode = volume_mode::read_write;
  std::optional<std::string> host_path; ///< must be unset for persistent volumes

  friend bool operator==(const disk_volume&, const disk_volume&) = default;
};

enum class disk_source_type : std::uint8_t {
  unknown,
  path,  ///< a directory, divisible
  mount, ///< a file system of its own, used whole or not at all
  block, ///< a block device
  raw,   ///< space that is not formatted yet
};

struct disk_source {
  disk_source_type type = disk_source_type::unknown;
  std::optional<std::string> root; ///< PATH and MOUNT; relative: under the agent's work directory
  std::optional<std::string> id;
  std::optional<std::string> profile;
  std::optional<std::string> vendor;
  label_list metadata;

  friend bool operator==(const disk_source&, const disk_source&) = default;
};

struct disk_info {
  std::optional<troupe::persistence> persistence;
  std::optional<disk_volume> volume;
  std::optional<disk_source> source;

  friend bool operator==(const disk_info&, const disk_info&) = default;
  /// The same disk, whatever `volume` says: a task may mount a persistent volume where it likes.
  bool same_disk(const disk_info& other) const;
};

/// One resource. Two resources with the same identity (all but the amount) add up to one, see
/// `resources`. `copies` counts the uses of a shared resource; it is 1 for all others.
struct resource {
  using value_type = std::variant<quantity, ranges, string_set>;

  std::string name;
  value_type value;
  std::vector<reservation> reservations; ///< stack; empty: unreserved; the last is the current one
  boxed_optional<disk_info> disk;
  bool revocable = false;
  bool shared = false;
  std::uint32_t copies = 1;
  std::optional<std::string> provider_id;
  std::optional<std::string> allocation_role;

  friend bool operator==(const resource&, const resource&) = default;

  bool is_scalar() const noexcept { return value.index() == 0; }
  /// The amount; only of a scalar.
  quantity scalar() const { return std::get<quantity>(value); }
  /// No amount, no range, no item.
  bool is_empty() const;

  bool is_unreserved() const noexcept { return reservations.empty(); }
  bool is_reserved() const noexcept { return !reservations.empty(); }
  /// Currently reserved for exactly this role.
  bool is_reserved(std::string_view role) const;
  bool is_dynamically_reserved() const;
  /// More than one reservation: not representable for clients without RESERVATION_REFINEMENT.
  bool has_refined_reservations() const noexcept { return reservations.size() > 1; }
  /// The role of the current reservation, `*` when there is none.
  std::string_view reservation_role() const;
  /// A framework of `role` may be offered it: unreserved, or reserved for the role or an ancestor
  /// of it.
  bool allocatable_to(std::string_view role) const;

  bool is_persistent_volume() const { return disk && disk->persistence; }
  bool is_disk(disk_source_type type) const {
    return disk && disk->source && disk->source->type == type;
  }
  /// Never merged with another and taken whole or not at all: persistent volumes, MOUNT disks, and
  /// BLOCK or RAW disks with an id.
  bool is_exclusive() const;

  /// Same in all but the amount (the disk's `volume` and `copies` aside): a piece of the same
  /// thing.
  bool same_identity(const resource& other) const;
};

/// Cuts a divisible scalar down to `limit`; what is smaller stays. False (and unchanged) when the
/// resource would have to be cut but is exclusive, shared or no scalar.
[[nodiscard]] bool shrink(resource& item, quantity limit);

/// A plain unreserved scalar.
resource make_scalar(std::string name, double amount);
/// Plain unreserved ranges, such as ports.
resource make_ranges(std::string name, ranges value);

} // namespace troupe
