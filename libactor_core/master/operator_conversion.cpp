#include "master/operator_conversion.hpp"

#include "master/agent_resources.hpp"
#include "master/conversion.hpp"
#include "master/metrics.hpp"
#include "master/offers.hpp"
#include "model/resource_text.hpp"

#include <algorithm>

namespace troupe::master {

using mesos::v1::Offer;

namespace {

constexpr unsigned most_tries = 3;

void answer(turn& t, request_id id, int status, const std::string& text) {
  if (status != 202)
    t.info("conversion refused", {{"reason", text}});
  t.out.push_back(effect::answer{id, {status, text, nullptr}});
}

std::string operation_name(const conversion_request& request) {
  return Offer::Operation::Type_Name(request.operation->type());
}

/// An estimate, the allocator has the last word: what a task holds of an agent that has come back
/// with less than before is not in `from`.
void take_away(resources& from, const resources& items) {
  for (const auto& item : items)
    if (!item.shared && !from.subtract_if_contained(resources{item}))
      from = from.filter([&](const resource& x) { return !x.same_identity(item); });
}

/// What no task and no executor uses. Shared volumes are there for everybody.
resources unused(const turn& t, const agent_entry& agent) {
  auto result = agent.total;
  take_away(result, held_on(t, agent));
  for (auto id : agent.conversions)
    take_away(result, t.book.conversions.at(id).change.before);
  return result;
}

bool has_part_of(const offer_entry& offer, const resource& wanted) {
  auto offered = offer.offered.unallocated();
  return std::any_of(offered.begin(), offered.end(),
                     [&](const resource& x) { return x.same_identity(wanted); });
}

/// Withdraws offers, one by one, until `wanted` can be free. Every offer of a shared resource goes.
void make_room(turn& t, const agent_entry& agent, const resources& wanted) {
  const auto pause = filter_of(mesos::v1::Filters::default_instance());
  auto free = unused(t, agent);
  for (const auto& id : agent.offers)
    take_away(free, t.book.offers.at(id).offered.unallocated());
  auto ids = agent.offers;
  for (const auto& id : ids) {
    const auto& offer = t.book.offers.at(id);
    bool needed = false;
    for (const auto& item : wanted)
      needed = needed || (has_part_of(offer, item) && (item.shared || !free.contains(item)));
    if (!needed)
      continue;
    free += offer.offered.unallocated().non_shared();
    rescind(t, id, pause);
  }
}

/// The rules that hold for frameworks, too; nothing, and the answer given, when one is broken.
std::optional<conversion> check(turn& t, request_id id, const agent_entry& agent,
                                const conversion_request& request) {
  conversion_place place{agent, all_volumes(t, agent), std::nullopt, nullptr, {}};
  if (!request.principal.empty())
    place.principal = request.principal;
  auto change = check_conversion(place, *request.operation);
  const bool destroys = request.operation->type() == Offer::Operation::DESTROY;
  auto where = destroys ? std::string{} : " on " + place_text(agent);
  std::string why;
  if (!change)
    why = change.error();
  else if (destroys && any_in_use(t, agent, change->before))
    why = "Persistent volumes in use";
  if (why.empty())
    return *change;
  answer(t, id, 400, "Invalid " + operation_name(request) + " operation" + where + ": " + why);
  return std::nullopt;
}

void attempt(turn& t, request_id id, const conversion_request& request, unsigned tries) {
  auto* agent = t.book.find(request.agent);
  if (agent == nullptr)
    return answer(t, id, 400, "No agent found with specified ID");
  if (!agent->connected() || t.book.busy_agents.contains(agent->id))
    return answer(t, id, 409,
                  "Agent " + agent->id.value() +
                      " is not connected at present; try again when it is");
  auto change = check(t, id, *agent, request);
  if (!change)
    return;
  auto there = unused(t, *agent);
  if (!there.contains(change->before))
    return answer(t, id, 409, to_text(there) + " does not contain " + to_text(change->before));
  make_room(t, *agent, change->before);
  t.out.push_back(
      effect::ask_allocator{id, convert_available{agent->id, change->before, change->after}});
  agent->conversions.insert(id);
  t.book.conversions.emplace(id, pending_conversion{request, std::move(*change), tries});
}

} // namespace

void begin_conversion(turn& t, request_id id, const conversion_request& request) {
  if (!t.book.leading)
    return answer(t, id, 503, "Master has not finished recovery");
  if (!is_conversion(*request.operation))
    return answer(t, id, 400,
                  "The operation " + operation_name(request) + " does not convert resources");
  attempt(t, id, request, 1);
}

void on_conversion_answered(turn& t, request_id id, const std::string& refused) {
  auto node = t.book.conversions.extract(id);
  if (node.empty())
    return;
  auto& pending = node.mapped();
  auto* agent = t.book.find(pending.request.agent);
  // An agent of this id that has come anew knows nothing of the conversion.
  if (agent == nullptr || agent->conversions.erase(id) == 0)
    return answer(t, id, 409,
                  "Agent " + pending.request.agent.value() + " has left the cluster meanwhile");
  if (refused.empty()) {
    t.info("resources converted for an operator", {{"agent", agent->id.value()},
                                                   {"operation", operation_name(pending.request)},
                                                   {"after", to_text(pending.change.after)}});
    convert_total(t, *agent, pending.change);
    count_operation(t, *pending.request.operation, "finished");
    return answer(t, id, 202, {});
  }
  if (pending.tries < most_tries)
    return attempt(t, id, pending.request, pending.tries + 1);
  answer(t, id, 409, refused);
}

} // namespace troupe::master
