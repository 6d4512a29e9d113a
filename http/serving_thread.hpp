/// The threads that serve HTTP.
#pragma once

namespace troupe::http {

/// The calling thread goes behind those of actors when processors are short, so that readers do not slow
/// the cluster down. `nice`: 0 (equal) to 19.
void yield_to_actors(int nice);

} // namespace troupe::http
