/// One size of cluster, measured from its start to the last client, in a process of its own.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troupe::bench {

struct measure_options {
  std::chrono::milliseconds duration{1500}; ///< of each row
  std::vector<std::size_t> clients{1, 2, 4, 8, 20};
  std::vector<std::size_t> updates{0, 1'000, 10'000}; ///< task updates a second
  std::size_t replicas = 2;
  bool keep_all_completed = false; ///< else as many completed tasks as a master keeps by default
};

/// One load on `/state`.
struct row {
  std::string what; ///< "state", "gzip", "nginx", "v1 pb" or "v1 json" (GET_STATE)
  std::size_t clients = 0;
  std::size_t updates = 0;
  double best_ms = 0, p50_ms = 0, p90_ms = 0, p99_ms = 0;
  double requests_per_s = 0;
  double bytes_per_s = 0;
  double server_cpu_s = 0; ///< a second of wall clock
  /// Age of the oldest change that the answer lacks, when its first byte comes.
  double stale_p50_ms = 0, stale_p99_ms = 0;
  double reach_p99_ms = 0; ///< from a change to the replica that has applied it; 0 without changes
  double event_p50_ms = 0, event_p99_ms = 0; ///< how long an event waits for the master's turn
};

struct cluster_report {
  std::size_t agents = 0;
  std::size_t tasks = 0; ///< counted in a parsed answer
  std::size_t bytes = 0; ///< of an answer
  std::size_t gzip_bytes = 0;
  bool all_completed = false;
  std::size_t v1_json_bytes = 0;
  std::size_t v1_protobuf_bytes = 0;
  double v1_json_first_ms = 0; ///< the first answer, for which all is rendered
  double v1_protobuf_first_ms = 0;
  double v1_mb = 0;       ///< more resident memory since somebody asked, both encodings, a replica
  double copy_ms = 0;     ///< memcpy of an answer
  double first_ms = 0;    ///< the first answer after the snapshot
  double feed_ms = 0;     ///< from the replicas' start to the first answer
  double resident_mb = 0; ///< with all messages, replicas and one joined answer
  double peak_mb = 0;     ///< with the loads on it
  double messages_mb = 0; ///< of that, the master's own messages
  std::vector<row> rows;
};

/// Throws std::runtime_error when the answers are not what they must be.
cluster_report measure_cluster(std::size_t agents, const measure_options& options);

} // namespace troupe::bench
