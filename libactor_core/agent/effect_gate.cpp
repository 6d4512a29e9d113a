#include "agent/effect_gate.hpp"

#include "model/contract.hpp"

namespace troupe::agent {

namespace {

bool is_file_operation(const any_effect& effect) {
  return std::holds_alternative<effect::write_file>(effect) ||
         std::holds_alternative<effect::append_file>(effect) ||
         std::holds_alternative<effect::remove_file>(effect) ||
         std::holds_alternative<effect::change_volumes>(effect);
}

bool is_urgent(const any_effect& effect) {
  const auto* record = std::get_if<effect::tell_master>(&effect);
  return record && record->urgent;
}

} // namespace

effects effect_gate::push(effects batch) {
  effects out;
  for (auto& effect : batch) {
    if (is_file_operation(effect)) {
      ++pushed_;
      out.push_back(std::move(effect));
    } else if (is_urgent(effect)) {
      out.push_back(std::move(effect));
    } else {
      queue_.push_back({pushed_, std::move(effect)});
      release(out);
    }
  }
  return out;
}

effects effect_gate::confirmed() {
  expects(confirmed_ < pushed_, "a file operation was confirmed that nobody asked for");
  ++confirmed_;
  effects out;
  release(out);
  return out;
}

void effect_gate::release(effects& out) {
  while (!queue_.empty() && queue_.front().after <= confirmed_) {
    out.push_back(std::move(queue_.front().effect));
    queue_.pop_front();
  }
}

} // namespace troupe::agent
