/// `troupe state|agents|frameworks|tasks`: what the master knows, as tables or as JSON.
#pragma once

#include "daemons/troupe/http_client.hpp"

namespace troupe::cli {

enum class view { state, agents, frameworks, tasks };

/// Prints the view to stdout. Returns the exit status: 0, or 2 when the master could not be read.
int print_view(const address& master, view what, bool as_json);

} // namespace troupe::cli
