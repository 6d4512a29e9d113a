#include "http/operator_subscribers.hpp"

#include "runtime/logging.hpp"

#include <array>

namespace troupe::http {

using mesos::v1::master::Event;

namespace {

Event heartbeat() {
  Event event;
  event.set_type(Event::HEARTBEAT);
  return event;
}

} // namespace

operator_subscribers::number
operator_subscribers::add(event_stream_ptr stream, wire::media encoding, shared_body_ptr snapshot) {
  stream->push(std::move(snapshot));
  stream->push(wire::encode(encoding, heartbeat()));
  const auto who = next_++;
  all_.emplace(who, subscriber{std::move(stream), encoding});
  while (all_.size() > limit_) {
    const auto oldest = all_.begin();
    log_warning("an operator's event stream is closed",
                {{"reason", "there are more than --max_operator_event_stream_subscribers"},
                 {"limit", limit_}});
    oldest->second.stream->close();
    all_.erase(oldest);
  }
  return who;
}

void operator_subscribers::publish(const Event& event) {
  std::array<event_stream::record, 2> encoded;
  for (auto& [who, each] : all_) {
    auto& record = encoded[each.encoding == wire::media::json ? 0 : 1];
    if (!record)
      record = std::make_shared<const std::string>(wire::encode(each.encoding, event));
    each.stream->push(record); // false: it has ended, and says so itself
  }
}

void operator_subscribers::beat() {
  publish(heartbeat());
}

void operator_subscribers::close_all() {
  for (auto& [who, each] : all_)
    each.stream->close();
  all_.clear();
}

} // namespace troupe::http
