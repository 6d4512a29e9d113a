#include "http/maintenance_model.hpp"

#include <mesos/v1/mesos.pb.h>

namespace troupe::http {

/// What each kind of change means here.
struct maintenance_model::listener {
  maintenance_model& model;

  void operator()(const delta::maintenance_changed& x) const { model.plan_ = x.plan; }
  void operator()(const delta::inverse_offer_added& x) const {
    model.inverse_offers_[offer_id{x.offer->id().value()}] = x.offer;
  }
  void operator()(const delta::inverse_offer_removed& x) const {
    model.inverse_offers_.erase(x.offer);
  }
  void operator()(const delta::inverse_answers_changed& x) const {
    if (x.answers.empty())
      model.answers_.erase(x.agent);
    else
      model.answers_[x.agent] = x;
  }
  void operator()(const delta::agent_removed& x) const { model.answers_.erase(x.agent); }
  template <class Other>
  void operator()(const Other&) const {} // of no matter to maintenance
};

void maintenance_model::apply(const state_change& change) {
  std::visit(listener{*this}, change);
}

} // namespace troupe::http
