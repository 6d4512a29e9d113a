/// Which JSON writer renders a task fastest?
#pragma once

#include <cstddef>
#include <optional>

namespace troupe::bench {

/// Microseconds to render one task of the workload; the best of several rounds.
struct writer_times {
  double own = 0;     ///< http/json_object, what the replicas use
  double generic = 0; ///< wire/json_writer over protobuf's reflection (the whole message)
  double nlohmann = 0;
  std::optional<double> rapidjson; ///< only where the bench was built with Debian's rapidjson-dev
};

/// Throws std::runtime_error when the writers' texts differ as JSON.
writer_times measure_writers(std::size_t tasks);

} // namespace troupe::bench
