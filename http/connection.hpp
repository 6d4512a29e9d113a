#pragma once

#include "http/event_stream.hpp"
#include "http/listener.hpp"
#include "http/memory_budget.hpp"
#include "http/output_queue.hpp"
#include "http/request_reader.hpp"

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>

namespace troupe::http {

/// One client as the reactor sees it. Plain data; only the reactor's thread touches it.
///
///            complete request        answer               drained
///   reading -----------------> waiting -----> writing ---------------> reading   (keep-alive)
///      |                          |              |---------------> lingering     (close)
///      | refused                  | stream       ^
///      +--------------------------|--------------+
///                                 +-----> streaming ------> lingering            (close())
///
/// A connection may vanish from every phase: peer gone, deadline, eviction, shutdown.
struct connection {
  enum class phase {
    reading,   ///< no request is being answered; bytes are awaited
    waiting,   ///< a worker or an actor has the request; nothing is read
    writing,   ///< the answer goes out
    streaming, ///< the answer is an event stream
    lingering, ///< all is said; waits for the peer's FIN so that it can read the end
  };
  using clock = std::chrono::steady_clock;

  connection(uint64_t number, unique_fd fd, peer_address from, read_limits limits,
             const std::shared_ptr<memory_budget>& budget)
      : id(number)
      , socket(std::move(fd))
      , peer(std::move(from))
      , in(limits)
      , held(budget) {}

  const uint64_t id;
  unique_fd socket;
  const peer_address peer;
  phase now = phase::reading;
  bool gone = false;        ///< closed; destroyed at the end of the reactor's turn
  bool close_after = false; ///< of the answer being written
  uint32_t interest = 0;    ///< what epoll watches

  request_reader in;
  output_queue out;
  size_t in_flight = 0; ///< bytes of the request that a worker has
  charge held;          ///< for in, in_flight and out

  event_stream_ptr stream;
  size_t batch_bytes = 0; ///< of the stream's records that are in `out`
  size_t batch_records = 0;
  bool last_chunk = false; ///< is in `out` too

  uint64_t shared_since = 0; ///< the number, among all, of the last shared body it got

  clock::time_point deadline = clock::time_point::max();
  clock::time_point alarm = clock::time_point::max(); ///< the earliest entry in the reactor's heap
  uint64_t received = 0;
  uint64_t mark = 0; ///< bytes received or written when the current window began

  /// Place in the reactor's list of silent connections, if it is one.
  std::optional<std::list<uint64_t>::iterator> silent;
};

} // namespace troupe::http
