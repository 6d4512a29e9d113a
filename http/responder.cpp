#include "http/responder.hpp"

#include "http/event_stream.hpp"

#include <atomic>

namespace troupe::http {

struct responder::state {
  explicit state(sink f)
      : out(std::move(f)) {}

  ~state() {
    if (!done)
      out(error(500, "500 Internal Server Error: the request was dropped."));
  }

  sink out;
  std::atomic<bool> done{false};
};

responder::responder(sink out)
    : state_(std::make_shared<state>(std::move(out))) {}

bool responder::operator()(response answer) const {
  if (state_->done.exchange(true)) {
    if (answer.stream)
      answer.stream->finish(stream_end::refused);
    return false;
  }
  state_->out(std::move(answer));
  return true;
}

bool responder::answered() const {
  return state_->done;
}

handler answering(std::function<response(const request&)> f) {
  return [f = std::move(f)](const request_ptr& req, const responder& out) { out(f(*req)); };
}

} // namespace troupe::http
