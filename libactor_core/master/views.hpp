/// Entries of the books as readers see them.
#pragma once

#include "master/books.hpp"

#include <vector>

namespace troupe::master {

shared<framework_view> view_of(const framework_entry& framework);
shared<agent_view> view_of(const agent_entry& agent);
shared<executor_view> view_of(const framework_id& framework, const agent_id& agent,
                              const executor_entry& executor);
delta::inverse_answers_changed answers_of(const agent_entry& agent);
shared<master_view> view_of(const books& book, const core_config& config);

/// The changes that build the present state from nothing: what `attach_replica` is answered with.
std::vector<state_change> snapshot_of(const books& book, const core_config& config);

} // namespace troupe::master
