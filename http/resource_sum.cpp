#include "http/resource_sum.hpp"

namespace troupe::http {

namespace {

bool adds_up(const resource& item) {
  return item.is_scalar() && !item.shared;
}

} // namespace

void resource_sum::add(const agent_id& agent, const resource& held) {
  if (adds_up(held))
    scalars_ += held;
  else
    others_[agent] += held;
}

void resource_sum::add(const agent_id& agent, const resources& held) {
  for (const auto& item : held)
    add(agent, item);
}

void resource_sum::subtract(const agent_id& agent, const resource& held) {
  if (adds_up(held)) {
    scalars_ -= {held};
    return;
  }
  auto found = others_.find(agent);
  if (found != others_.end() && found->second.subtract_if_contained({held}) &&
      found->second.empty())
    others_.erase(found);
}

void resource_sum::subtract(const agent_id& agent, const resources& held) {
  for (const auto& item : held)
    subtract(agent, item);
}

void resource_sum::add_to(flat_resources& shown) const {
  shown.add(scalars_);
  for (const auto& [agent, held] : others_)
    shown.add(held);
}

resources resource_sum::total() const {
  auto result = scalars_;
  for (const auto& [agent, held] : others_)
    result += held;
  return result;
}

} // namespace troupe::http
