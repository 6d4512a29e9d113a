#pragma once

#include "http/event_stream.hpp"
#include "http/router.hpp"

#include <caf/expected.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace troupe::http {

/// An eighth of the machine's memory, 512 MB at least: with 10,000 agents and 200,000 tasks a state is 76 MB, and every
/// reader of a cluster that changes holds another one.
size_t default_buffer_budget();

/// Limits and deadlines of one listening socket; sizes in bytes.
struct server_config {
  std::string address = "0.0.0.0"; ///< numeric IPv4 or IPv6
  uint16_t port = 0;               ///< 0: any free one, see server::port()

  size_t workers = 16;         ///< threads that run handlers
  int nice = 10;               ///< of all threads: those of actors go first, 0 to 19
  size_t queued = 1024;        ///< requests that wait for a worker; more get 503
  size_t max_uri = 8000;       ///< request line; more gets 414
  size_t max_head = 64u << 10; ///< request line and headers; more gets 431
  size_t max_body = 64u << 20; ///< as sent, and again after decompression; more gets 413
  /// Requests and answers of all connections; more gets 503. Half of it at most is for bodies that
  /// readers share (states): beyond that the slowest reader is cut off.
  size_t max_buffered = default_buffer_budget();
  size_t max_connections = 0; ///< 0: three quarters of the limit of open files

  using duration = std::chrono::milliseconds;
  duration first_byte_timeout = std::chrono::seconds(10); ///< a new connection must speak
  duration head_timeout = std::chrono::seconds(10);       ///< from a head's first byte to its last
  duration body_timeout = std::chrono::seconds(10); ///< window of min_rate while a body comes in
  duration idle_timeout = std::chrono::seconds(75); ///< keep-alive between two requests
  duration stall_timeout =
      std::chrono::seconds(30); ///< window of min_rate while an answer goes out
  size_t min_rate = 4096;       ///< bytes a second that a peer must send or take in those windows

  stream_limits streams; ///< for handlers that have no opinion of their own

  /// The wall clock of the `Date` header.
  std::function<std::chrono::system_clock::time_point()> clock = std::chrono::system_clock::now;
};

/// What a running server holds and has done.
struct server_stats {
  uint64_t connections = 0; ///< open now, streams included
  uint64_t streams = 0;     ///< open event streams
  uint64_t buffered = 0;    ///< bytes of requests and answers in memory
  uint64_t waiting = 0;     ///< requests whose answer is not there yet
  uint64_t accepted = 0;    ///< connections, ever
  uint64_t requests = 0;    ///< complete requests, ever
  uint64_t evicted = 0;     ///< silent connections closed to make room, ever
  uint64_t timed_out = 0;   ///< connections closed by a deadline, ever
  uint64_t refused = 0;     ///< requests or connections answered 503, ever
  uint64_t malformed = 0;   ///< connections closed for what they sent, ever
};

/// The HTTP server of a daemon. One thread (the reactor) owns all sockets; a request goes to a
/// worker only when it is complete, so idle, slow and streaming connections hold no thread (ADR
/// 0004).
class server {
 public:
  server(server_config config, router routes);

  /// Stops if it runs.
  ~server();

  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Binds, listens and starts the threads. The error names the address and the reason.
  caf::expected<uint16_t> start();

  /// Closes all connections (streams end with `shutdown`) and joins the threads. Answers that come
  /// later are dropped. Not from a handler or a callback.
  void stop();

  /// The port it listens on; 0 before start().
  uint16_t port() const;

  server_stats stats() const;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// Raises the soft limit of open files to the hard one; gives the limit now in force. Daemons call
/// this first; what they launch should get the old one back.
uint64_t raise_file_limit();

} // namespace troupe::http
