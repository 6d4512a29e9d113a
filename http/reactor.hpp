#pragma once

#include "http/connection.hpp"
#include "http/mailbox.hpp"
#include "http/server.hpp"
#include "http/shared_holdings.hpp"
#include "http/worker_pool.hpp"

#include <atomic>
#include <list>
#include <memory>
#include <queue>
#include <unordered_map>
#include <vector>

namespace troupe::http {

/// Read by server::stats() from any thread.
struct counters {
  std::atomic<uint64_t> connections{0}, streams{0}, waiting{0}, accepted{0}, requests{0},
      evicted{0}, timed_out{0}, refused{0}, malformed{0};
};

/// What the reactor works with; all of it outlives the reactor.
struct reactor_parts {
  const server_config& config;
  size_t max_connections;
  int listener; ///< listening, non-blocking
  std::shared_ptr<mailbox> mail;
  std::shared_ptr<memory_budget> budget;
  worker_pool& workers;
  counters& count;
};

/// The I/O thread: owns every client socket, its deadline and its buffers, and never runs a
/// handler.
class reactor {
 public:
  explicit reactor(reactor_parts parts);

  /// Creates the epoll set; 0 or errno.
  int open();

  /// Serves until the mailbox says stop, then closes everything.
  void run();

 private:
  using clock = connection::clock;
  using phase = connection::phase;

  // reactor.cpp: the loop, connections coming and going
  void on_event(connection& c, uint32_t events);
  void guarded(connection& c, void (reactor::*step)(connection&));
  void read_mail();
  void pump_news();
  void accept_some();
  void pause_accepting();
  void watch_listener(uint32_t events);
  void add(unique_fd socket, const sockaddr_storage& address);
  bool evict_one();
  connection* find(uint64_t id);
  void drop(connection& c, stream_end end);
  void watch(connection& c, uint32_t events);
  void set_silent(connection& c, bool silent);

  // reactor_deadlines.cpp
  void set_deadline(connection& c, clock::time_point when);
  int next_timeout() const;
  void expire();
  void on_deadline(connection& c);
  bool fast_enough(connection& c, uint64_t bytes, server_config::duration window);
  void start_window(connection& c, uint64_t bytes, server_config::duration window);

  // reactor_io.cpp: what happens on one connection
  void read_request(connection& c);
  void parsed(connection& c, request_reader::state before);
  void hand_over(connection& c);
  void refuse(connection& c, int status, std::string_view text);
  void on_answer(connection& c, outcome out);
  void write_answer(connection& c);
  void answer_written(connection& c);
  void start_stream(connection& c, event_stream_ptr stream);
  void pump(connection& c);
  bool fill(connection& c);
  void discard_input(connection& c);
  void linger(connection& c);
  void account(connection& c);
  shared_body_ptr hold(connection& c, shared_body_ptr body);
  void make_room(const connection& for_whom);

  reactor_parts parts_;
  std::shared_ptr<shared_holdings> holdings_;
  unique_fd epoll_;
  std::unordered_map<uint64_t, std::unique_ptr<connection>> connections_;
  std::vector<std::unique_ptr<connection>> graveyard_;
  std::list<uint64_t> silent_; // longest first
  using alarm = std::pair<clock::time_point, uint64_t>;
  std::priority_queue<alarm, std::vector<alarm>, std::greater<>> alarms_;
  clock::time_point now_ = clock::now();
  std::optional<clock::time_point> accept_again_;
  uint64_t bodies_sent_ = 0;
  uint64_t next_id_ = 2; // 0 is the listener, 1 the mailbox
  bool stopping_ = false;
};

} // namespace troupe::http
