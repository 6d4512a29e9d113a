#include "sim_replica.hpp"

#include <mesos/v1/mesos.pb.h>

namespace troupe::simulation {

namespace {

/// Applies one change to the view.
struct reader {
  replica_view& view;
  stage& where;

  task_name name_of(const packed_task_ptr& task) const {
    return {std::string(task->framework()), std::string(task->task())};
  }
  void need(bool holds, const std::string& what, const std::string& which) const {
    if (!holds)
      where.fail("the delta stream speaks of " + what + " " + which + ", which is not there");
  }

  void operator()(const delta::master_changed&) const {}
  void operator()(const delta::agent_changed& x) const {
    view.agents.insert_or_assign(x.agent->id.value(), *x.agent);
  }
  void operator()(const delta::agent_removed& x) const {
    need(view.agents.erase(x.agent.value()) != 0, "agent", x.agent.value());
  }
  void operator()(const delta::agent_recovered& x) const {
    view.recovered_agents.insert(x.agent->id.value());
  }
  void operator()(const delta::recovered_agent_removed& x) const {
    need(view.recovered_agents.erase(x.agent.value()) != 0, "recovered agent", x.agent.value());
  }
  void operator()(const delta::framework_changed& x) const {
    view.frameworks.insert(x.framework->id.value());
  }
  void operator()(const delta::framework_completed& x) const {
    need(view.frameworks.erase(x.framework->id.value()) != 0, "framework", x.framework->id.value());
  }
  void operator()(const delta::task_changed& x) const {
    view.tasks.insert_or_assign(name_of(x.task), x.task);
  }
  void operator()(const delta::task_completed& x) const {
    need(view.tasks.erase(name_of(x.task)) != 0, "task", to_text(name_of(x.task)));
  }
  void operator()(const delta::task_unreachable& x) const {
    need(view.tasks.erase(name_of(x.task)) != 0, "task", to_text(name_of(x.task)));
  }
  void operator()(const delta::quota_changed&) const {}
  void operator()(const delta::weight_changed&) const {}
  void operator()(const delta::maintenance_changed&) const {}
  void operator()(const delta::inverse_offer_added& x) const {
    view.inverse_offers.insert(x.offer->id().value());
  }
  void operator()(const delta::inverse_offer_removed& x) const {
    need(view.inverse_offers.erase(x.offer.value()) != 0, "inverse offer", x.offer.value());
  }
  void operator()(const delta::inverse_answers_changed&) const {}
  void operator()(const delta::executor_added&) const {}
  void operator()(const delta::executor_removed&) const {}
  void operator()(const delta::offer_added& x) const { view.offers.insert(x.offer->id().value()); }
  void operator()(const delta::offer_removed& x) const {
    need(view.offers.erase(x.offer.value()) != 0, "offer", x.offer.value());
  }
};

} // namespace

state_listener_actor::behavior_type sim_replica(state_listener_actor::pointer,
                                                const std::shared_ptr<replica_view>& view,
                                                stage* where) {
  return {
      [view, where](const state_delta& delta) {
        if (delta.number != view->number + 1)
          where->fail("delta " + std::to_string(delta.number) + " follows " +
                      std::to_string(view->number));
        view->number = delta.number;
        for (const auto& change : *delta.changes)
          std::visit(reader{*view, *where}, change);
      },
      [view, where](const state_snapshot& snapshot) {
        *view = {};
        view->number = snapshot.number;
        for (const auto& change : *snapshot.changes)
          std::visit(reader{*view, *where}, change);
      },
  };
}

} // namespace troupe::simulation
