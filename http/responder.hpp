#pragma once

#include "http/message.hpp"

#include <functional>
#include <memory>

namespace troupe::http {

/// The right to answer one request, once. Copies share it. A handler answers before it returns, or
/// keeps a copy (in an actor's `.then`) and answers later from any thread: a waiting request holds
/// no thread. If the last copy goes without an answer, the client gets 500.
class responder {
 public:
  /// Gets the answer: at most once, from any thread.
  using sink = std::function<void(response)>;

  explicit responder(sink out);

  /// Answers. The first call wins; later ones do nothing and give false.
  bool operator()(response answer) const;

  /// True once somebody has answered.
  bool answered() const;

 private:
  struct state;
  std::shared_ptr<state> state_;
};

using request_ptr = std::shared_ptr<const request>;

/// Runs on a worker thread and should not block it: hand `responder` on and return.
using handler = std::function<void(const request_ptr&, responder)>;

/// A handler that answers at once.
handler answering(std::function<response(const request&)> f);

} // namespace troupe::http
