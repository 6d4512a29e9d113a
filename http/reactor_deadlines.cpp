#include "http/reactor.hpp"

#include <algorithm>
#include <sys/epoll.h>

namespace troupe::http {

// The heap has at most a few entries per connection: a later deadline waits for the earlier alarm.
void reactor::set_deadline(connection& c, clock::time_point when) {
  c.deadline = when;
  if (when >= c.alarm)
    return;
  c.alarm = when;
  alarms_.emplace(when, c.id);
}

int reactor::next_timeout() const {
  auto when = accept_again_.value_or(clock::time_point::max());
  if (!alarms_.empty())
    when = std::min(when, alarms_.top().first);
  if (when == clock::time_point::max())
    return -1;
  auto left = std::chrono::ceil<std::chrono::milliseconds>(when - clock::now()).count();
  return static_cast<int>(std::clamp<int64_t>(left, 0, 60'000));
}

void reactor::expire() {
  if (accept_again_ && now_ >= *accept_again_) {
    accept_again_.reset();
    watch_listener(EPOLLIN);
  }
  while (!alarms_.empty() && alarms_.top().first <= now_) {
    auto [when, id] = alarms_.top();
    alarms_.pop();
    auto c = find(id);
    if (!c || when != c->alarm)
      continue;
    c->alarm = clock::time_point::max();
    if (c->deadline <= now_)
      on_deadline(*c);
    else if (c->deadline != clock::time_point::max())
      set_deadline(*c, c->deadline);
  }
}

void reactor::on_deadline(connection& c) {
  const auto& limits = parts_.config;
  using reading = request_reader::state;
  if (c.now == phase::reading && c.in.current() == reading::body &&
      fast_enough(c, c.received, limits.body_timeout))
    return;
  if (c.now == phase::writing && fast_enough(c, c.out.written(), limits.stall_timeout))
    return;
  if (c.now == phase::streaming && c.out.written() > c.mark) {
    start_window(c, c.out.written(), limits.stall_timeout);
    return;
  }
  ++parts_.count.timed_out;
  auto state = c.in.current();
  if (c.now == phase::reading && (state == reading::head || state == reading::body))
    refuse(c, 408, "the request did not arrive in time");
  else
    drop(c, stream_end::stalled);
}

// If so, a new window begins.
bool reactor::fast_enough(connection& c, uint64_t bytes, server_config::duration window) {
  auto wanted = parts_.config.min_rate * static_cast<uint64_t>(window.count()) / 1000;
  if (bytes - c.mark < std::max<uint64_t>(wanted, 1))
    return false;
  start_window(c, bytes, window);
  return true;
}

void reactor::start_window(connection& c, uint64_t bytes, server_config::duration window) {
  c.mark = bytes;
  set_deadline(c, now_ + window);
}

} // namespace troupe::http
