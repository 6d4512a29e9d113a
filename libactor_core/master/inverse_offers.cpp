#include "master/inverse_offers.hpp"

#include "master/events.hpp"
#include "master/maintenance.hpp"
#include "master/offers.hpp"
#include "master/views.hpp"

#include <mesos/v1/allocator.pb.h>

namespace troupe::master {

using mesos::v1::InverseOffer;
using mesos::v1::allocator::InverseOfferStatus;
using mesos::v1::scheduler::Call;
using offer_ids = google::protobuf::RepeatedPtrField<mesos::v1::OfferID>;

namespace {

InverseOffer make(turn& t, framework_entry& framework, agent_entry& agent,
                  const mesos::v1::Unavailability& absence) {
  auto id = next_offer_id(t);
  InverseOffer offer;
  offer.mutable_id()->set_value(id.value());
  *offer.mutable_url() = url_of(agent);
  offer.mutable_framework_id()->set_value(framework.id.value());
  offer.mutable_agent_id()->set_value(agent.id.value());
  *offer.mutable_unavailability() = absence;
  inverse_offer_entry entry{std::make_shared<const InverseOffer>(offer), framework.id, agent.id};
  framework.inverse_offers[agent.id] = id;
  agent.inverse_offers[framework.id] = id;
  t.changed(delta::inverse_offer_added{entry.view});
  t.book.inverse_offers.emplace(id, std::move(entry));
  if (t.config.offer_timeout)
    t.book.timers.arm(timer::inverse_offer_expiry, id.value(),
                      t.now.steady + *t.config.offer_timeout);
  return offer;
}

/// Takes it out of the books, and tells the allocator so.
inverse_offer_entry end(turn& t, const offer_id& id, filter_duration filter = std::nullopt) {
  auto node = t.book.inverse_offers.extract(id);
  auto& offer = node.mapped();
  if (auto* framework = t.book.find(offer.framework))
    framework->inverse_offers.erase(offer.agent);
  if (auto* agent = t.book.find(offer.agent))
    agent->inverse_offers.erase(offer.framework);
  t.book.timers.disarm(timer::inverse_offer_expiry, id.value());
  t.changed(delta::inverse_offer_removed{id});
  t.tell_allocator(end_inverse_offer{offer.framework, offer.agent, filter});
  return std::move(offer);
}

void withdraw(turn& t, const offer_id& id) {
  auto offer = end(t, id);
  if (auto* framework = t.book.find(offer.framework))
    t.tell(*framework, rescind_inverse_offer_event(id));
}

void remember(turn& t, const inverse_offer_entry& offer, InverseOfferStatus::Status answer) {
  auto* agent = t.book.find(offer.agent);
  auto status = std::make_shared<InverseOfferStatus>();
  status->set_status(answer);
  status->mutable_framework_id()->set_value(offer.framework.value());
  status->mutable_timestamp()->set_nanoseconds(t.now.wall.time_since_epoch().count());
  agent->answers[offer.framework] = std::move(status);
  t.changed(answers_of(*agent));
}

void answer(turn& t, framework_entry& framework, const offer_ids& ids,
            const mesos::v1::Filters& filters, InverseOfferStatus::Status what) {
  for (const auto& wanted : ids) {
    offer_id id{wanted.value()};
    auto found = t.book.inverse_offers.find(id);
    if (found == t.book.inverse_offers.end() || found->second.framework != framework.id) {
      t.info("answer to an unknown inverse offer ignored",
             {{"framework", framework.id.value()}, {"inverse_offer", id.value()}});
      continue;
    }
    remember(t, end(t, id, filter_of(filters)), what);
  }
}

} // namespace

void make_inverse_offers(turn& t, const std::vector<inverse_allocation>& asked) {
  std::map<framework_id, scheduler_event> events;
  for (const auto& pair : asked) {
    auto* framework = t.book.find(pair.framework);
    auto* agent = t.book.find(pair.agent);
    const auto* absence = agent == nullptr ? nullptr : planned_absence(t.book, *agent);
    if (framework == nullptr || !framework->connected() || absence == nullptr ||
        !agent->connected()) {
      t.tell_allocator(end_inverse_offer{pair.framework, pair.agent, std::nullopt});
      continue;
    }
    if (framework->inverse_offers.contains(agent->id))
      continue;
    auto& event = events[framework->id];
    event.set_type(scheduler_event::INVERSE_OFFERS);
    *event.mutable_inverse_offers()->add_inverse_offers() = make(t, *framework, *agent, *absence);
  }
  for (auto& [id, event] : events)
    t.tell(t.book.frameworks.at(id), std::move(event));
}

void accept_inverse_offers(turn& t, framework_entry& framework,
                           const Call::AcceptInverseOffers& call) {
  if (call.inverse_offer_ids().empty())
    t.warning("ACCEPT_INVERSE_OFFERS is invalid: no inverse offers specified",
              {{"framework", framework.id.value()}});
  answer(t, framework, call.inverse_offer_ids(), call.filters(), InverseOfferStatus::ACCEPT);
}

void decline_inverse_offers(turn& t, framework_entry& framework,
                            const Call::DeclineInverseOffers& call) {
  answer(t, framework, call.inverse_offer_ids(), call.filters(), InverseOfferStatus::DECLINE);
}

void rescind_inverse_offers(turn& t, const agent_entry& agent) {
  for (const auto& [framework, id] : std::map(agent.inverse_offers))
    withdraw(t, id);
}

void take_back_inverse_offers(turn& t, framework_entry& framework) {
  for (const auto& [agent, id] : std::map(framework.inverse_offers))
    end(t, id);
}

void expire_inverse_offer(turn& t, const offer_id& id) {
  if (t.book.inverse_offers.contains(id))
    withdraw(t, id);
}

void forget_answers(turn& t, agent_entry& agent) {
  if (agent.answers.empty())
    return;
  agent.answers.clear();
  t.changed(answers_of(agent));
}

void forget_answers_of(turn& t, const framework_id& framework) {
  for (auto& [id, agent] : t.book.agents)
    if (agent.answers.erase(framework) != 0)
      t.changed(answers_of(agent));
}

} // namespace troupe::master
