#include "master/grant.hpp"

#include "master/agent_resources.hpp"
#include "master/conversion.hpp"
#include "master/events.hpp"
#include "master/metrics.hpp"
#include "master/offers.hpp"
#include "master/statuses.hpp"
#include "model/resource_text.hpp"

#include <algorithm>

namespace troupe::master {

using mesos::v1::Offer;

namespace {

quantity common(quantity a, quantity b) {
  return std::min(a, b);
}
template <class Set>
Set common(const Set& a, const Set& b) {
  return a.intersect(b);
}

/// The part of `item` that is in `all`.
resource part_of(resource item, const resources& all) {
  for (const auto& x : all) {
    if (!x.same_identity(item))
      continue;
    if (item.shared || item.is_exclusive()) {
      if (x.value == item.value)
        return item;
      continue;
    }
    item.value = std::visit(
        [&](const auto& a) -> resource::value_type {
          return common(a, std::get<std::decay_t<decltype(a)>>(x.value));
        },
        item.value);
    return item;
  }
  item.value = quantity{};
  return item;
}

/// What lies in both.
resources common_part(const resources& a, const resources& b) {
  resources result;
  for (const auto& item : a)
    result.add(part_of(item, b));
  return result;
}

/// Nobody may go on counting on a volume that is about to be destroyed.
void withdraw_offers_of(turn& t, const agent_entry& agent, const resources& volumes) {
  rescind_on(t, agent, [&](const offer_entry& offer) {
    auto offered = offer.offered.unallocated();
    return std::any_of(volumes.begin(), volumes.end(),
                       [&](const resource& x) { return offered.contains(x); });
  });
}

bool is_resize(const Offer::Operation& operation) {
  return operation.type() == Offer::Operation::GROW_VOLUME ||
         operation.type() == Offer::Operation::SHRINK_VOLUME;
}

} // namespace

std::string operation_word(const Offer::Operation& operation) {
  return metric_word(Offer::Operation::Type_Name(operation.type()));
}

void drop_operation(turn& t, framework_entry& framework, const Offer::Operation& operation,
                    const agent_id& agent, const std::string& message) {
  t.warning("operation dropped", {{"framework", framework.id.value()},
                                  {"operation", operation_word(operation)},
                                  {"id", operation.id().value()},
                                  {"reason", message}});
  count_operation(t, operation, "error");
  if (!operation.has_id())
    return;
  mesos::v1::OperationStatus status;
  *status.mutable_operation_id() = operation.id();
  status.set_state(mesos::v1::OPERATION_ERROR);
  status.set_message(message);
  if (!agent.empty())
    status.mutable_agent_id()->set_value(agent.value());
  t.tell(framework, operation_update_event(std::move(status)));
}

void convert(turn& t, grant& g, const Offer::Operation& operation) {
  auto drop = [&](const std::string& why) {
    drop_operation(t, g.framework, operation, g.agent.id, why + "; on " + place_text(g.agent));
  };
  if (operation.has_id())
    return drop("Operation requested feedback, but it affects resources not managed by a resource "
                "provider");
  conversion_place place{g.agent, all_volumes(t, g.agent), std::nullopt, &g.framework, g.role};
  if (g.framework.info->has_principal())
    place.principal = g.framework.info->principal();
  auto change = check_conversion(place, operation);
  if (!change)
    return drop(change.error());
  auto before = change->before.allocated_to_role(g.role);
  auto rest = g.left.try_subtract(before);
  if (!rest)
    return drop("Invalid " + Offer::Operation::Type_Name(operation.type()) + " operation: " +
                to_text(g.left.unallocated()) + " does not contain " + to_text(change->before));
  if (operation.type() == Offer::Operation::DESTROY) {
    if (any_in_use(t, g.agent, change->before))
      return drop("Persistent volumes in use");
    withdraw_offers_of(t, g.agent, change->before);
  }
  auto after = change->after.allocated_to_role(g.role);
  g.left = std::move(*rest);
  (is_resize(operation) ? g.held : g.left) += after;
  t.tell_allocator(
      convert_allocation{g.framework.id, g.agent.id, std::move(before), std::move(after)});
  convert_total(t, g.agent, *change);
  count_operation(t, operation, "finished");
}

void return_rest(turn& t, const grant& g, const mesos::v1::Filters& filters) {
  auto filter = filter_of(filters);
  // At once when there is no difference: in pieces it might be offered in pieces.
  auto untouched = filter ? common_part(g.left, g.offered) : resources{};
  give_back(t, g.framework.id, g.agent.id, untouched, filter);
  give_back(t, g.framework.id, g.agent.id, g.left - untouched + g.held);
}

} // namespace troupe::master
