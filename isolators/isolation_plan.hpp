/// What `--isolation` asks for: names checked, old names translated, defaults added, in the order in which
/// isolators prepare and isolate (they clean up in reverse).
#pragma once

#include "model/outcome.hpp"

#include <string>
#include <vector>

namespace troupe::isolators {

/// The isolators to create. A name given twice, one that nobody knows and one that is known but not
/// available yet are failures; the failure lists every fault and what is available.
[[nodiscard]] outcome<std::vector<std::string>>
plan_isolation(const std::vector<std::string>& names);

/// What this build can do, in creation order.
[[nodiscard]] std::vector<std::string> available_isolations();

} // namespace troupe::isolators
