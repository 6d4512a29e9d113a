/// The life of one container as a table: pure.
///
///   preparing ─▶ fetching ─▶ creating ─▶ isolating ─▶ starting ─▶ running
///       │            │           │            │           │          │ process_ended
///       │ step_failed│           │            │           │          ├───────────────▶ cleaning ─▶ gone
///       └────────────┴───────────┴──▶ killing ◀───────────┴──────────┘ destroy            ▲
///                                        └────────── process_ended ───────────────────────┘
///
/// A `destroy` while the answer to a step is outstanding leads to `unwinding`, which waits for that answer,
/// so that nothing is undone before it is done. `killing` without a process ends at once.
#pragma once

#include <string_view>

namespace troupe::isolators {

enum class container_phase {
  preparing, ///< sandbox made, isolators prepare
  fetching,  ///< URIs come into the sandbox
  creating,  ///< init is started and put on record
  isolating, ///< isolators take the process in; it waits for the go-ahead
  starting,  ///< the go-ahead is given; the command is about to be executed
  running,
  unwinding, ///< destroyed in the middle of a step
  killing,   ///< the process was asked to end
  cleaning,  ///< isolators undo
  gone
};

enum class container_event {
  step_done,   ///< what the phase set out to do has succeeded
  step_failed, ///< it has failed
  started,     ///< the command is executed for certain
  ended,       ///< the process is gone, and all of the container's with it
  destroy
};

std::string_view to_string(container_phase phase);

/// What comes next; the same phase when the event changes nothing.
container_phase next(container_phase phase, container_event event);

} // namespace troupe::isolators
