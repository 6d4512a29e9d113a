/// Inverse offers: frameworks are asked to leave agents that will be away for maintenance. What they answer
/// is remembered for operators; nothing follows from it.
///
/// The allocator decides who is asked, and takes a pair of framework and agent as asked until it is told of
/// the end: an answer, or that the question is void. So an inverse offer that ends here, or can't be made,
/// always ends there, too.
#pragma once

#include "master/turn.hpp"

#include <mesos/v1/scheduler.pb.h>

#include <vector>

namespace troupe::master {

/// Turns the allocator's decisions into inverse offers. The allocator may have decided before it heard of the
/// latest: what can't be asked any more ends at once, and what is asked already is not asked twice.
void make_inverse_offers(turn& t, const std::vector<inverse_allocation>& asked);

// Those that are not the framework's are ignored.

void accept_inverse_offers(turn& t, framework_entry& framework,
                           const mesos::v1::scheduler::Call::AcceptInverseOffers& call);
void decline_inverse_offers(turn& t, framework_entry& framework,
                            const mesos::v1::scheduler::Call::DeclineInverseOffers& call);

/// Withdraws those of an agent: RESCIND_INVERSE_OFFER.
void rescind_inverse_offers(turn& t, const agent_entry& agent);
/// Ends those of a framework without telling it.
void take_back_inverse_offers(turn& t, framework_entry& framework);
/// It has waited long enough: RESCIND_INVERSE_OFFER.
void expire_inverse_offer(turn& t, const offer_id& id);

/// Forgets what was answered for the agent, or by the framework.
void forget_answers(turn& t, agent_entry& agent);
void forget_answers_of(turn& t, const framework_id& framework);

} // namespace troupe::master
