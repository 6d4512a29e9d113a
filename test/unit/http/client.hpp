#pragma once

#include "http/listener.hpp"
#include "http/server.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

/// A raw TCP client and small helpers; everything waits for at most `patience`.
namespace http_test {

using namespace troupe::http;

constexpr auto patience = std::chrono::seconds(10);

struct answer {
  int status = 0;
  std::string head;
  std::map<std::string, std::string> headers; ///< names in lower case
  std::string body;

  bool has(const std::string& name) const { return headers.count(name) > 0; }
};

class client {
 public:
  explicit client(uint16_t port, int receive_buffer = 0);

  bool send(std::string_view bytes);

  /// Reads one answer with Content-Length (`body` false: of a HEAD); status 0 if the peer closed.
  answer receive(bool body = true);

  /// send + receive.
  answer ask(std::string_view bytes) { return send(bytes) ? receive() : answer{}; }

  /// Reads until `text` has come; gives all up to its end, or "" if the peer closed before.
  std::string until(std::string_view text);

  /// Reads up to exactly this many bytes.
  std::string bytes(size_t n);

  /// Everything up to the peer's end of stream; `reset` says it ended with RST.
  std::string rest(bool* reset = nullptr);

  void finish_writing();
  void close() { socket_ = unique_fd(); }
  int descriptor() const { return socket_.get(); }

 private:
  int fill();

  unique_fd socket_;
  std::string buffer_;
};

std::string get(const std::string& target, const std::string& headers = "");
std::string post(const std::string& target, const std::string& body,
                 const std::string& headers = "");
answer parse_head(const std::string& head);

/// Polls a condition that other threads bring about.
bool eventually(const std::function<bool()>& condition);

/// A value that another thread sets once.
template <class T>
class promised {
 public:
  void set(T value) {
    std::lock_guard lock(mutex_);
    value_ = std::move(value);
    ++sets_;
    ready_.notify_all();
  }
  std::optional<T> wait() {
    std::unique_lock lock(mutex_);
    ready_.wait_for(lock, patience, [&] { return value_.has_value(); });
    return value_;
  }
  int sets() {
    std::lock_guard lock(mutex_);
    return sets_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  std::optional<T> value_;
  int sets_ = 0;
};

/// A running server on a free port of loopback.
class fixture {
 public:
  explicit fixture(router routes, std::function<void(server_config&)> change = {});
  uint16_t port() const { return server_->port(); }
  server_stats stats() const { return server_->stats(); }
  server& get() { return *server_; }

 private:
  std::unique_ptr<server> server_;
};

/// `/version`, `/echo` (body back), `/state` (big JSON), `/fail` (throws).
router small_router();

} // namespace http_test
