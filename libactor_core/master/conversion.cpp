#include "master/conversion.hpp"

#include "master/conversion_rules.hpp"
#include "model/checkpointed.hpp"
#include "model/resource_text.hpp"

namespace troupe::master {

using mesos::v1::Offer;

namespace {

/// The resources of an operation, as the agent has them.
outcome<resources> read(const conversion_place& place, const wire::resource_list& list) {
  auto items = wire::from_proto(list);
  if (!items)
    return failure{"Invalid resources: " + items.error()};
  for (const auto& item : *items)
    if (auto why = check_allocation(place, item))
      return failure{*why};
  if (items->empty())
    return failure{"Invalid resources: there are none"};
  return items->unallocated();
}

outcome<resource> read(const conversion_place& place, const mesos::v1::Resource& message) {
  wire::resource_list list;
  *list.Add() = message;
  auto items = read(place, list);
  if (!items)
    return failure{items.error()};
  return *items->begin();
}

template <class Change>
resources each(const resources& items, Change change) {
  resources result;
  for (const auto& item : items)
    result.add(change(item));
  return result;
}

outcome<conversion> reserve(const conversion_place& place, const Offer::Operation::Reserve& call) {
  if (call.source_size() > 0)
    return failure{"A reserve operation with a 'source' is not supported: unreserve it first"};
  auto wanted = read(place, call.resources());
  if (!wanted)
    return failure{wanted.error()};
  for (const auto& item : *wanted)
    if (auto why = check_reserved(place, item))
      return failure{*why};
  return conversion{wanted->popped_reservation(), *wanted};
}

outcome<conversion> unreserve(const conversion_place& place,
                              const Offer::Operation::Unreserve& call) {
  auto given = read(place, call.resources());
  if (!given)
    return failure{given.error()};
  for (const auto& item : *given)
    if (auto why = check_unreserved(item))
      return failure{*why};
  return conversion{*given, given->popped_reservation()};
}

outcome<conversion> create(const conversion_place& place, const Offer::Operation::Create& call) {
  auto wanted = read(place, call.volumes());
  if (!wanted)
    return failure{wanted.error()};
  if (auto why = check_created(place, *wanted))
    return failure{*why};
  return conversion{each(*wanted, without_volume), *wanted};
}

outcome<conversion> destroy(const conversion_place& place, const Offer::Operation::Destroy& call) {
  auto given = read(place, call.volumes());
  if (!given)
    return failure{given.error()};
  for (const auto& item : *given)
    if (!item.is_persistent_volume())
      return failure{"Invalid resources: " + to_text(item) + " is not a persistent volume"};
  if (!place.agent.total.contains(*given))
    return failure{"Persistent volumes not found"};
  return conversion{*given, each(*given, without_volume)};
}

outcome<conversion> grow(const conversion_place& place, const Offer::Operation::GrowVolume& call) {
  auto volume = read(place, call.volume());
  if (!volume)
    return failure{volume.error()};
  auto addition = read(place, call.addition());
  if (!addition)
    return failure{addition.error()};
  if (auto why = check_resized(place, *volume))
    return failure{*why};
  if (!without_volume(*volume).same_identity(*addition))
    return failure{"The addition " + to_text(*addition) + " is not of the kind of volume " +
                   to_text(*volume)};
  auto bigger = *volume;
  bigger.value = volume->scalar() + addition->scalar();
  return conversion{resources{*volume, *addition}, resources{bigger}};
}

outcome<conversion> shrink(const conversion_place& place,
                           const Offer::Operation::ShrinkVolume& call) {
  auto volume = read(place, call.volume());
  if (!volume)
    return failure{volume.error()};
  if (auto why = check_resized(place, *volume))
    return failure{*why};
  auto amount = read_subtraction(call.subtract(), *volume);
  if (!amount)
    return failure{amount.error()};
  auto freed = without_volume(*volume);
  freed.value = *amount;
  auto smaller = *volume;
  smaller.value = volume->scalar() - *amount;
  return conversion{resources{*volume}, resources{smaller, freed}};
}

} // namespace

bool is_conversion(const Offer::Operation& operation) {
  switch (operation.type()) {
  case Offer::Operation::RESERVE:
  case Offer::Operation::UNRESERVE:
  case Offer::Operation::CREATE:
  case Offer::Operation::DESTROY:
  case Offer::Operation::GROW_VOLUME:
  case Offer::Operation::SHRINK_VOLUME:
    return true;
  default:
    return false;
  }
}

outcome<conversion> check_conversion(const conversion_place& place,
                                     const Offer::Operation& operation) {
  switch (operation.type()) {
  case Offer::Operation::RESERVE:
    return reserve(place, operation.reserve());
  case Offer::Operation::UNRESERVE:
    return unreserve(place, operation.unreserve());
  case Offer::Operation::CREATE:
    return create(place, operation.create());
  case Offer::Operation::DESTROY:
    return destroy(place, operation.destroy());
  case Offer::Operation::GROW_VOLUME:
    return grow(place, operation.grow_volume());
  case Offer::Operation::SHRINK_VOLUME:
    return shrink(place, operation.shrink_volume());
  default:
    return failure{"The operation " + Offer::Operation::Type_Name(operation.type()) +
                   " is for resources of a resource provider, and agent " + place.agent.id.value() +
                   " has none"};
  }
}

} // namespace troupe::master
