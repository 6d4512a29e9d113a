#pragma once

#include "http/exchange.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace troupe::http {

/// What other threads leave for the reactor, with the eventfd that wakes it. Shared by the reactor,
/// the workers and every attached stream, so it outlives the reactor.
class mailbox {
 public:
  struct content {
    std::vector<std::pair<uint64_t, outcome>> answers; ///< by connection
    bool stop = false;
  };

  mailbox();
  ~mailbox();
  mailbox(const mailbox&) = delete;
  mailbox& operator=(const mailbox&) = delete;

  /// Readable while something is there; -1 if the process has no descriptor left.
  int descriptor() const { return descriptor_; }

  void answer(uint64_t connection, outcome out);
  void stream_news(uint64_t connection);
  void stop();

  /// All but the news of streams.
  content take();

  /// Connections whose stream has news.
  std::vector<uint64_t> take_news();
  bool has_news() const { return has_news_.load(std::memory_order_acquire); }

 private:
  void signal(); // with mutex_ held

  int descriptor_;
  std::mutex mutex_;
  content content_;
  std::vector<uint64_t> news_;
  std::atomic<bool> has_news_{false}; ///< asked often, without the lock
  bool signalled_ = false;
};

} // namespace troupe::http
