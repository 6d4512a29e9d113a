#include "master/offers.hpp"

#include "master/events.hpp"
#include "master/maintenance.hpp"
#include "wire/arena_message.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace troupe::master {

using mesos::v1::Offer;

namespace {

constexpr const char* hidden_resource = "ephemeral_ports";
constexpr std::size_t offer_room = 2816; // for four resources and names of usual length

void set_resources(Offer& offer, const framework_entry& framework, const resources& offered) {
  auto shown = offered;
  const auto hidden = [](const resource& x) { return x.name == hidden_resource; };
  if (std::any_of(shown.begin(), shown.end(), hidden))
    shown = shown.filter(std::not_fn(hidden));
  if (!framework.traits.multi_role)
    shown = std::move(shown).unallocated();
  wire::write_resources(shown, format_of(framework.traits), offer.mutable_resources());
}

void set_url(mesos::v1::URL& url, const agent_entry& agent) {
  url.set_scheme("http");
  url.mutable_address()->set_hostname(agent.info->hostname());
  url.mutable_address()->set_ip(agent.address.ip);
  url.mutable_address()->set_port(agent.address.port);
  url.set_path(agent.address.path);
}

void set_place(Offer& offer, const agent_entry& agent) {
  offer.mutable_agent_id()->set_value(agent.id.value());
  offer.set_hostname(agent.info->hostname());
  set_url(*offer.mutable_url(), agent);
  if (agent.info->has_domain())
    *offer.mutable_domain() = agent.info->domain();
  *offer.mutable_attributes() = agent.info->attributes();
}

/// All but the resources.
void compose(Offer& offer, const turn& t, const offer_id& id, const framework_entry& framework,
             const agent_entry& agent) {
  offer.mutable_id()->set_value(id.value());
  offer.mutable_framework_id()->set_value(framework.id.value());
  set_place(offer, agent);
  if (auto here = framework.executors.find(agent.id); here != framework.executors.end())
    for (const auto& [executor, entry] : here->second)
      offer.add_executor_ids()->set_value(executor.value());
  if (const auto* absence = planned_absence(t.book, agent))
    *offer.mutable_unavailability() = *absence;
}

/// The offer as readers see it: whoever receives it, always with the role and all reservations.
offer_ptr for_readers(const turn& t, const offer_id& id, const framework_entry& framework,
                      const agent_entry& agent, const allocation& given) {
  auto offer = wire::make_arena_message<Offer, offer_room>();
  compose(*offer, t, id, framework, agent);
  wire::write_resources(given.offered, wire::resource_format::post_refinement,
                        offer->mutable_resources());
  offer->mutable_allocation_info()->set_role(given.role);
  return offer;
}

/// A shared volume may have been destroyed by somebody else while this offer was on its way.
bool has_vanished(const agent_entry& agent, const resources& offered) {
  for (auto item : offered.shared().unallocated()) {
    item.copies = 1;
    if (!agent.total.contains(item))
      return true;
  }
  return false;
}

void make_offer(turn& t, framework_entry& framework, agent_entry& agent, const allocation& given,
                Offer& offer) {
  auto id = next_offer_id(t);
  compose(offer, t, id, framework, agent);
  set_resources(offer, framework, given.offered);
  if (framework.traits.multi_role)
    offer.mutable_allocation_info()->set_role(given.role);
  offer_entry entry{for_readers(t, id, framework, agent, given), framework.id, agent.id, given.role,
                    given.offered};
  framework.offers.insert(id);
  agent.offers.insert(id);
  t.changed(delta::offer_added{entry.view});
  t.book.offers.insert_or_assign(id, std::move(entry));
  if (t.config.offer_timeout)
    t.book.timers.arm(timer::offer_expiry, id.value(), t.now.steady + *t.config.offer_timeout);
  framework.counts.offer(offer_fate::sent);
}

} // namespace

filter_duration filter_of(const mesos::v1::Filters& filters) {
  constexpr double year = 365.0 * 24 * 60 * 60;
  double seconds = filters.refuse_seconds();
  if (std::isnan(seconds) || seconds < 0)
    seconds = mesos::v1::Filters::default_instance().refuse_seconds();
  if (seconds == 0)
    return std::nullopt;
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(std::min(seconds, year)));
}

offer_id next_offer_id(turn& t) {
  return offer_id{t.config.id.value() + "-O" + std::to_string(t.book.next_offer++)};
}

mesos::v1::URL url_of(const agent_entry& agent) {
  mesos::v1::URL url;
  set_url(url, agent);
  return url;
}

void make_offers(turn& t, const std::vector<allocation>& allocations) {
  std::vector<std::pair<framework_entry*, std::shared_ptr<scheduler_event>>> events;
  for (auto given : allocations) {
    given.offered = std::move(given.offered).allocated_to_role(given.role);
    auto* framework = t.book.find(given.framework);
    auto* agent = t.book.find(given.agent);
    if (framework == nullptr || !framework->connected() || agent == nullptr ||
        !agent->connected() || has_vanished(*agent, given.offered)) {
      give_back(t, given.framework, given.agent, given.offered);
      continue;
    }
    auto found = std::find_if(events.begin(), events.end(),
                              [&](const auto& x) { return x.first == framework; });
    if (found == events.end()) {
      found = events.emplace(events.end(), framework,
                             wire::make_arena_message<scheduler_event, offer_room>());
      found->second->set_type(scheduler_event::OFFERS);
    }
    make_offer(t, *framework, *agent, given, *found->second->mutable_offers()->add_offers());
  }
  for (auto& [framework, event] : events)
    t.tell(*framework, std::move(event));
}

offer_entry remove_offer(turn& t, const offer_id& id) {
  auto node = t.book.offers.extract(id);
  auto& offer = node.mapped();
  if (auto* framework = t.book.find(offer.framework))
    framework->offers.erase(id);
  if (auto* agent = t.book.find(offer.agent))
    agent->offers.erase(id);
  t.book.timers.disarm(timer::offer_expiry, id.value());
  t.changed(delta::offer_removed{id});
  return std::move(offer);
}

void give_back(turn& t, const framework_id& framework, const agent_id& agent,
               const resources& returned, filter_duration filter) {
  if (!returned.empty())
    t.tell_allocator(recover_resources{framework, agent, returned, filter});
}

void take_back_all(turn& t, framework_entry& framework) {
  auto ids = framework.offers;
  for (const auto& id : ids) {
    auto offer = remove_offer(t, id);
    framework.counts.offer(offer_fate::rescinded);
    give_back(t, offer.framework, offer.agent, offer.offered);
  }
}

void rescind_if(turn& t, framework_entry& framework,
                const std::function<bool(const offer_entry&)>& affected) {
  auto ids = framework.offers;
  for (const auto& id : ids)
    if (affected(t.book.offers.at(id)))
      rescind(t, id);
}

void rescind_all(turn& t, const agent_entry& agent) {
  auto ids = agent.offers;
  for (const auto& id : ids)
    rescind(t, id);
}

void rescind_on(turn& t, const agent_entry& agent,
                const std::function<bool(const offer_entry&)>& affected) {
  auto ids = agent.offers;
  for (const auto& id : ids)
    if (affected(t.book.offers.at(id)))
      rescind(t, id);
}

void rescind(turn& t, const offer_id& id, filter_duration filter) {
  auto offer = remove_offer(t, id);
  if (auto* framework = t.book.find(offer.framework)) {
    t.tell(*framework, rescind_event(id));
    framework->counts.offer(offer_fate::rescinded);
  }
  give_back(t, offer.framework, offer.agent, offer.offered, filter);
}

void expire(turn& t, const offer_id& id) {
  if (t.book.offers.contains(id))
    rescind(t, id);
}

void decline(turn& t, framework_entry& framework,
             const google::protobuf::RepeatedPtrField<mesos::v1::OfferID>& ids,
             const mesos::v1::Filters& filters) {
  t.count("master/messages_decline_offers");
  for (const auto& wanted : ids) {
    offer_id id{wanted.value()};
    if (!framework.offers.contains(id)) {
      t.info("decline of an unknown offer ignored",
             {{"framework", framework.id.value()}, {"offer", id.value()}});
      continue;
    }
    auto offer = remove_offer(t, id);
    framework.counts.offer(offer_fate::declined);
    give_back(t, offer.framework, offer.agent, offer.offered, filter_of(filters));
  }
}

} // namespace troupe::master
