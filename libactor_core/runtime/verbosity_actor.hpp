/// Raises the log's verbosity for a while: see protocol/logging.hpp.
#pragma once

#include "protocol/logging.hpp"
#include "runtime/logging.hpp"

#include <cstdint>

namespace troupe {

struct verbosity_state {
  static inline const char* name = "verbosity";

  std::uint64_t epoch = 0; ///< a timer of an earlier request must not end a later one
};

/// `usual` is the level to return to.
verbosity_actor::behavior_type verbosity(verbosity_actor::stateful_pointer<verbosity_state> self,
                                         log_level usual);

} // namespace troupe
