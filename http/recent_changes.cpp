#include "http/recent_changes.hpp"

namespace troupe::http {

void recent_changes::begin(std::uint64_t number) {
  steps_.push_back({number, {}});
}

void recent_changes::restart(std::uint64_t number) {
  steps_.clear();
  kept_ = 0;
  oldest_ = number;
}

void recent_changes::note(entity x) {
  if (steps_.empty())
    return; // a snapshot: nobody can know the state before it
  auto& last = steps_.back().touched;
  if (!last.empty() && last.back() == x)
    return;
  last.push_back(std::move(x));
  ++kept_;
  while (kept_ > limit_ || steps_.size() > limit_) {
    oldest_ = steps_.front().number;
    kept_ -= steps_.front().touched.size();
    steps_.pop_front();
  }
}

std::optional<changed_entities> recent_changes::since(std::uint64_t number) const {
  if (number < oldest_)
    return std::nullopt;
  changed_entities result;
  for (auto step = steps_.rbegin(); step != steps_.rend() && step->number > number; ++step)
    for (const auto& each : step->touched) {
      switch (each.what) {
      case kind::agent:
        result.agents.insert(each.id);
        break;
      case kind::framework:
        result.frameworks.insert(each.id);
        break;
      case kind::task:
        result.tasks.insert({each.owner, each.id});
        break;
      }
    }
  return result;
}

} // namespace troupe::http
