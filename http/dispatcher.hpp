#pragma once

#include "http/exchange.hpp"
#include "http/router.hpp"

#include <chrono>
#include <functional>
#include <httplib.h>
#include <memory>
#include <optional>

namespace troupe::http {

/// What every dispatcher of a server shares.
struct dispatch_context {
  std::shared_ptr<const router> routes;
  size_t max_body = 64u << 20; ///< after decompression
  std::function<std::chrono::system_clock::time_point()> clock;
  /// Called when a deferred request gets its answer, from any thread.
  std::function<void(std::shared_ptr<exchange>)> answered;
};

/// cpp-httplib's request processing over memory: it parses the request line and the query, calls
/// the router and writes the head of the answer. One per worker thread, never listening; the bytes
/// of bodies do not pass through it.
///
/// Its own readers of headers and bodies are left aside: they drop empty headers, percent-decode
/// values, cap forms at 8 KiB and decompress without a bound. What request_reader found is put into
/// the request instead.
class dispatcher : private httplib::Server {
 public:
  explicit dispatcher(std::shared_ptr<const dispatch_context> context);

  /// Runs the handler of a request, or renders the answer that a deferred one has got. nullopt: no
  /// answer yet; `context.answered` is called when there is one.
  std::optional<outcome> run(const std::shared_ptr<exchange>& x);

 private:
  void build_request(const httplib::Request& parsed);
  std::optional<response> decode_body(request& req);
  void call_handler();
  void render(const httplib::Request& req, httplib::Response& res, response answer);
  void render_body(const httplib::Request& req, httplib::Response& res, response& answer);
  void tidy_head(httplib::Response& res);

  std::shared_ptr<const dispatch_context> context_;
  std::shared_ptr<exchange> current_;
  outcome out_;
  std::string body_;    // sent in one piece with the head
  bool routed_ = false; // the request line was fine
  bool deferred_ = false;
};

/// A whole answer that needs no request: for what is refused before it is parsed. Closes.
std::string plain_answer(int status, std::string_view text,
                         std::chrono::system_clock::time_point now);

/// `Sun, 22 Nov 2026 22:27:23 GMT`.
std::string http_date(std::chrono::system_clock::time_point now);

} // namespace troupe::http
