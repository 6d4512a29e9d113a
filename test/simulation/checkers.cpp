#include "checkers.hpp"

#include "wire/resource_convert.hpp"
#include "wire/task_state.hpp"

namespace troupe::simulation {

namespace v1 = mesos::v1;
using v1::scheduler::Call;
using v1::scheduler::Event;

namespace {

duration span_of(const v1::Filters& filters) {
  return std::chrono::duration_cast<duration>(
      std::chrono::duration<double>{filters.refuse_seconds()});
}

} // namespace

checkers::checkers(stage& where)
    : stage_(where) {
  stage_.at_rest([this] { judge(resources_.broken_rule()); });
}

void checkers::judge(std::optional<std::string> broken_rule) {
  if (broken_rule)
    stage_.fail(std::move(*broken_rule));
}

void checkers::master_crashed() {
  resources_.all_offers_gone();
  filters_.forget_all();
  maintenance_.forget_all();
  offers_open_.clear();
  suppressed_.clear();
}

void checkers::sent_to_agent(host_number host, const link::ToAgent& record) {
  if (record.has_registered()) {
    agents_[record.registered().agent_id().value()] = host;
    filters_.forget_agent(record.registered().agent_id().value());
    maintenance_.forget_agent(record.registered().agent_id().value());
  } else if (record.has_run_task()) {
    const auto& run = record.run_task();
    resources_.task_sent(host, {run.framework().id().value(), run.task().task_id().value()},
                         wire::from_proto(run.task().resources())->unallocated());
  } else if (record.has_shutdown_framework()) {
    resources_.given_up(host, record.shutdown_framework().framework_id().value());
    tasks_.given_up(record.shutdown_framework().framework_id().value());
  }
}

void checkers::arrived_at_master(host_number host, const link::ToMaster& record) {
  if (record.has_register_()) {
    resources_.host_reported(host, {});
  } else if (record.has_reregister()) {
    std::set<task_name> running;
    for (const auto& task : record.reregister().tasks())
      if (!wire::is_terminal(task.state()))
        running.emplace(task.framework_id().value(), task.task_id().value());
    resources_.host_reported(host, running);
  } else if (record.has_status_update()) {
    const auto& update = record.status_update();
    const auto latest = update.has_latest_state() ? update.latest_state() : update.status().state();
    if (wire::is_terminal(latest))
      resources_.task_over({update.framework_id().value(), update.status().task_id().value()});
  }
}

void checkers::heard_offers(const framework_face& who, const Event::Offers& offers) {
  for (const auto& offer : offers.offers()) {
    ++offers_;
    const auto agent = agents_.find(offer.agent_id().value());
    if (agent == agents_.end())
      return judge("offer " + offer.id().value() + " is of an agent that never registered");
    if (offer.framework_id().value() != who.id)
      return judge("framework " + who.id + " hears offer " + offer.id().value() + " made to " +
                   offer.framework_id().value());
    judge(maintenance_.told(agent->second,
                            offer.has_unavailability()
                                ? std::optional{offer.unavailability().start().nanoseconds()}
                                : std::nullopt));
    auto items = wire::from_proto(offer.resources());
    if (!items)
      return judge("offer " + offer.id().value() + " is malformed: " + items.error());
    auto bag = std::move(*items).unallocated();
    const filter_book::place place{who.number, offer.agent_id().value(),
                                   offer.allocation_info().role()};
    judge(filters_.offered(place, bag, stage_.now()));
    if (const auto since = suppressed_.find(who.number);
        since != suppressed_.end() && since->second < stage_.now())
      judge("framework " + who.id + " hears an offer although it has suppressed them");
    resources_.offered(agent->second, who.number, offer.id().value(), bag);
    offers_open_.insert_or_assign(offer.id().value(), known_offer{place, std::move(bag)});
  }
}

void checkers::heard_inverse_offers(const framework_face& who, const Event::InverseOffers& offers) {
  for (const auto& offer : offers.inverse_offers()) {
    ++inverse_offers_;
    const auto agent = agents_.find(offer.agent_id().value());
    if (agent == agents_.end() || offer.framework_id().value() != who.id)
      return judge("framework " + who.id +
                   " hears an inverse offer that can't be for it: " + offer.ShortDebugString());
    judge(maintenance_.told(agent->second, offer.unavailability().start().nanoseconds()));
    judge(maintenance_.asked({who.number, offer.agent_id().value()}, offer.id().value(),
                             stage_.now()));
  }
}

void checkers::heard(const framework_face& who, const Event& event) {
  if (event.has_offers()) {
    heard_offers(who, event.offers());
  } else if (event.has_inverse_offers()) {
    heard_inverse_offers(who, event.inverse_offers());
  } else if (event.has_rescind_inverse_offer()) {
    judge(maintenance_.rescinded(who.number,
                                 event.rescind_inverse_offer().inverse_offer_id().value()));
  } else if (event.has_rescind()) {
    resources_.offer_gone(event.rescind().offer_id().value());
    offers_open_.erase(event.rescind().offer_id().value());
  } else if (event.has_update()) {
    ++updates_;
    judge(tasks_.heard(who.number, who.id, event.update().status()));
  }
}

void checkers::answered(const v1::OfferID& offer, const v1::Filters* filters) {
  resources_.offer_gone(offer.value());
  auto known = offers_open_.extract(offer.value());
  if (known.empty() || filters == nullptr || filters->refuse_seconds() <= 0)
    return;
  filters_.declined(known.mapped().place, std::move(known.mapped().items),
                    stage_.now() + span_of(*filters));
}

void checkers::said_accept(const framework_face& who, const Call::Accept& accept) {
  // Only offers that are all valid, and of which nothing is used, are declined by it.
  bool declined = accept.operations().empty();
  for (const auto& id : accept.offer_ids())
    declined = declined && offers_open_.contains(id.value());
  for (const auto& id : accept.offer_ids())
    answered(id, declined ? &accept.filters() : nullptr);
  for (const auto& operation : accept.operations())
    for (const auto& task : operation.launch().task_infos())
      tasks_.asked_for({who.id, task.task_id().value()}, who.number, who.partition_aware,
                       who.checkpointed);
}

template <class Answer>
void checkers::said_of_inverse_offers(const framework_face& who, const Answer& answer) {
  for (const auto& id : answer.inverse_offer_ids())
    maintenance_.answered(who.number, id.value(), stage_.now() + span_of(answer.filters()));
}

void checkers::said(const framework_face& who, const Call& call) {
  switch (call.type()) {
  case Call::DECLINE:
    for (const auto& id : call.decline().offer_ids())
      answered(id, &call.decline().filters());
    break;
  case Call::ACCEPT:
    said_accept(who, call.accept());
    break;
  case Call::KILL:
    tasks_.kill_asked({who.id, call.kill().task_id().value()});
    break;
  case Call::ACCEPT_INVERSE_OFFERS:
    said_of_inverse_offers(who, call.accept_inverse_offers());
    break;
  case Call::DECLINE_INVERSE_OFFERS:
    said_of_inverse_offers(who, call.decline_inverse_offers());
    break;
  case Call::REVIVE:
    maintenance_.forget_filters(who.number);
    filters_.forget(who.number);
    suppressed(who.number, false);
    break;
  case Call::SUPPRESS:
    suppressed(who.number, true);
    break;
  default:
    break;
  }
}

void checkers::stream_ended(framework_number framework) {
  resources_.offers_gone(framework);
  std::erase_if(offers_open_, [&](const auto& x) { return x.second.place.framework == framework; });
  filters_.forget(framework);
  maintenance_.forget(framework);
}

void checkers::suppressed(framework_number framework, bool suppressed) {
  if (suppressed)
    suppressed_.emplace(framework, stage_.now());
  else
    suppressed_.erase(framework);
}

void checkers::removed(const framework_face& who) {
  tasks_.framework_removed(who.id);
}

void checkers::container_launched(const task_name& task) {
  judge(tasks_.launched(task));
}

void checkers::container_ended(const task_name& task, std::optional<int> wait_status) {
  tasks_.ended(task, wait_status);
}

} // namespace troupe::simulation
