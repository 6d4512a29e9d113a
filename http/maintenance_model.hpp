/// What a replica knows of maintenance. Pure.
#pragma once

#include "protocol/state_delta.hpp"

#include <map>
#include <vector>

namespace troupe::http {

/// The plan, who is asked to leave which agent, and what was answered.
class maintenance_model {
 public:
  void apply(const state_change& change);

  /// Null until something is planned.
  const shared<stored::Maintenance>& plan() const { return plan_; }
  const std::map<offer_id, inverse_offer_ptr>& inverse_offers() const { return inverse_offers_; }
  /// By agent; none is empty.
  const std::map<agent_id, delta::inverse_answers_changed>& answers() const { return answers_; }

 private:
  struct listener;

  shared<stored::Maintenance> plan_;
  std::map<offer_id, inverse_offer_ptr> inverse_offers_;
  std::map<agent_id, delta::inverse_answers_changed> answers_;
};

} // namespace troupe::http
