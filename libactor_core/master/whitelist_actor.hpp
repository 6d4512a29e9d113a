/// Keeps the allocator's whitelist like a file: which agents may be offered, by host name.
///
///   file ──(every 5 s)──▶ whitelist watcher ──set_whitelist──▶ allocator
///
/// Spawn it detached: it reads a file. One that can't be read any more changes nothing.
#pragma once

#include "model/outcome.hpp"
#include "protocol/allocator.hpp"

#include <caf/stateful_actor.hpp>

#include <chrono>
#include <string>

namespace troupe::master {

/// Host names, one a line; empty lines do not count, and `*` lets all in.
set_whitelist parse_whitelist(const std::string& text);
/// Reads the file; the error names it.
outcome<set_whitelist> read_whitelist(const std::string& path);

/// Looks at the file, and at itself again after the interval.
using whitelist_actor = caf::typed_actor<caf::reacts_to<caf::tick_atom>>;

struct whitelist_config {
  std::string path;
  std::chrono::nanoseconds interval = std::chrono::seconds{5};
  set_whitelist known; ///< what the allocator has been told
};

struct whitelist_state {
  static inline const char* name = "whitelist watcher";

  set_whitelist known;
  std::string problem; ///< of the last look, told once
};

whitelist_actor::behavior_type
whitelist_watcher(whitelist_actor::stateful_pointer<whitelist_state> self, whitelist_config config,
                  allocator_actor allocator);

} // namespace troupe::master

TROUPE_MESSAGE(troupe::master::whitelist_config)
