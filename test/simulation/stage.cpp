#include "stage.hpp"

#include <algorithm>
#include <cstdio>

namespace troupe::simulation {

void stage::plan(duration delay, std::function<void()> action) {
  agenda_.emplace(now() + std::max(delay, duration{0}), std::move(action));
}

void stage::settle() {
  system_.run();
  if (check_ && !failure_)
    check_();
}

void stage::pass(duration span) {
  const auto end = now() + span;
  settle();
  while (!failure_ && now() < end) {
    auto next = end;
    if (!agenda_.empty())
      next = std::min(next, agenda_.begin()->first);
    auto& timers = system_.scheduler().clock();
    if (timers.has_pending_timeout())
      next = std::min(next, now() + duration{timers.schedule().begin()->first - timers.now()});
    system_.advance(std::max(next - now(), duration{0}));
    settle();
    while (!failure_ && !agenda_.empty() && agenda_.begin()->first <= now()) {
      auto action = std::move(agenda_.begin()->second);
      agenda_.erase(agenda_.begin());
      action();
      settle();
    }
  }
}

void stage::note(std::string_view who, std::string_view what) {
  char time[32];
  std::snprintf(time, sizeof time, "%11.6f ", to_seconds(now()));
  std::string line = time;
  line.append(who).append(": ").append(what);
  for (const unsigned char byte : line)
    hash_ = (hash_ ^ byte) * 0x100000001b3; // FNV-1a
  ++lines_;
  if (print_)
    std::printf("%s\n", line.c_str());
  tail_.push_back(std::move(line));
  if (tail_.size() > kept_lines)
    tail_.pop_front();
}

void stage::fail(std::string rule) {
  if (failure_)
    return;
  note("BROKEN", rule);
  failure_ = std::move(rule);
}

std::string seconds(duration span) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3fs", to_seconds(span));
  return text;
}

} // namespace troupe::simulation
