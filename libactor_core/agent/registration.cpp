#include "agent/registration.hpp"

#include <algorithm>

namespace troupe::agent {

namespace {
constexpr std::chrono::nanoseconds longest_window = std::chrono::minutes{1};
} // namespace

void registration::link_up(steady_time now) {
  phase_ = next(phase_, registration_step::link_up);
  window_ = backoff_;
  due_ = now + random_->up_to(window_);
}

void registration::link_down() {
  phase_ = next(phase_, registration_step::link_down);
  due_.reset();
}

void registration::accepted(std::chrono::nanoseconds ping_timeout, steady_time now) {
  phase_ = next(phase_, registration_step::accepted);
  if (!registered())
    return;
  ping_timeout_ = ping_timeout;
  due_ = now + ping_timeout_;
}

bool registration::pinged(bool connected, steady_time now) {
  if (!registered())
    return false;
  if (connected) {
    due_ = now + ping_timeout_;
    return false;
  }
  phase_ = next(phase_, registration_step::disowned);
  window_ = backoff_;
  due_ = now;
  return true;
}

registration::action registration::due(steady_time now) {
  if (!due_ || *due_ > now)
    return action::none;
  if (phase_ == registration_phase::registering) {
    window_ = std::min(window_ * 2, longest_window);
    due_ = now + random_->up_to(window_);
    return action::send;
  }
  phase_ = next(phase_, registration_step::silence);
  due_.reset();
  return action::end_link;
}

} // namespace troupe::agent
