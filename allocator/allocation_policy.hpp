/// The operator's choices that decide who may be offered what.
#pragma once

#include "model/outcome.hpp"
#include "model/quantity.hpp"
#include "model/resources.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::allocator {

/// Agents that carry less than every one of `sets` are not worth an offer. No sets: no minimum.
struct minimum_allocatable {
  std::vector<quantities> sets;

  /// True when `items` hold at least one of the sets; ranges and sets count their elements.
  bool met_by(const resources& items) const;
};

/// Reads `cpus:0.01|mem:32` (`;` joins the quantities of a set, `|` separates sets); empty text is
/// no minimum. The error names the bad piece.
outcome<minimum_allocatable> parse_minimum_allocatable(std::string_view text);

/// The default of `--min_allocatable_resources`: 0.01 cpus or 32 MB of memory.
minimum_allocatable default_minimum_allocatable();

struct allocation_policy {
  /// Time between batches; also the least time for which an offer filter lasts.
  std::chrono::nanoseconds allocation_interval = std::chrono::seconds{1};
  minimum_allocatable minimum = default_minimum_allocatable();
  /// Agents with GPUs are only for frameworks that know GPUs.
  bool filter_gpu_resources = true;
  /// The master's region: agents elsewhere are only for region-aware frameworks. None: all is
  /// local.
  std::optional<std::string> region;
  /// Host names of the agents that are offered. None: all.
  std::optional<std::set<std::string>> whitelist;
  /// Decides the order in which agents are visited; the same seed and events give the same offers.
  std::uint64_t seed = 0;
};

} // namespace troupe::allocator
