/// Offers are made, used, declined, withdrawn. An offer is in the books from the moment its event
/// is sent until exactly one of these ends it; its resources are then a task's or go back to the
/// allocator.
#pragma once

#include "master/turn.hpp"

#include <mesos/v1/mesos.pb.h>

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

namespace troupe::master {

using filter_duration = std::optional<std::chrono::nanoseconds>;

/// How long refused resources are not offered again: `refuse_seconds`, 5 s when it is absent,
/// negative or no number, at most 365 days, nothing when it is 0.
filter_duration filter_of(const mesos::v1::Filters& filters);

/// A new id; offers and inverse offers share them.
offer_id next_offer_id(turn& t);
/// Where clients find the agent.
mesos::v1::URL url_of(const agent_entry& agent);

/// Turns the allocator's decisions into offers. What can't be offered any more goes back at once.
void make_offers(turn& t, const std::vector<allocation>& allocations);

/// Takes an offer out of the books; its resources are the caller's to give on.
offer_entry remove_offer(turn& t, const offer_id& id);

/// Gives resources of a framework back to the allocator; nothing to do when there are none.
void give_back(turn& t, const framework_id& framework, const agent_id& agent,
               const resources& returned, filter_duration filter = std::nullopt);

/// Ends all offers of the framework without telling it.
void take_back_all(turn& t, framework_entry& framework);

/// Withdraws those offers of the framework that satisfy the predicate: RESCIND, no filter.
void rescind_if(turn& t, framework_entry& framework,
                const std::function<bool(const offer_entry&)>& affected);
/// Withdraws all offers of an agent.
void rescind_all(turn& t, const agent_entry& agent);
/// Withdraws those offers of an agent that satisfy the predicate.
void rescind_on(turn& t, const agent_entry& agent,
                const std::function<bool(const offer_entry&)>& affected);
/// Withdraws one offer; what it held is not offered to the framework again for so long.
void rescind(turn& t, const offer_id& id, filter_duration filter = std::nullopt);
/// The offer has waited long enough: RESCIND.
void expire(turn& t, const offer_id& id);

/// DECLINE; offers that are not the framework's are ignored.
void decline(turn& t, framework_entry& framework,
             const google::protobuf::RepeatedPtrField<mesos::v1::OfferID>& ids,
             const mesos::v1::Filters& filters);

} // namespace troupe::master
