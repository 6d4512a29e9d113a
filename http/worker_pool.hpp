#pragma once

#include "http/dispatcher.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace troupe::http {

/// The threads that run handlers and render answers, fed by one bounded queue.
class worker_pool {
 public:
  /// Takes the finished answer of a connection; called on worker threads.
  using deliver = std::function<void(uint64_t connection, outcome)>;

  worker_pool(size_t limit, deliver out);

  /// Stops if it runs.
  ~worker_pool();

  void start(size_t threads, int nice, const std::shared_ptr<const dispatch_context>& context);

  /// A new request: false if `limit` of them wait already.
  bool submit(std::shared_ptr<exchange> x);

  /// A request that was admitted before and has its answer now: never refused, goes first.
  void resume(std::shared_ptr<exchange> x);

  /// Drops what waits, lets what runs finish, joins.
  void stop();

 private:
  void loop(dispatcher& d);

  const size_t limit_;
  const deliver deliver_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::shared_ptr<exchange>> jobs_;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

} // namespace troupe::http
