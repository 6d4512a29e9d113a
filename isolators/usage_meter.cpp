#include "isolators/usage_meter.hpp"

#include "runtime/errors.hpp"

#include <caf/all.hpp>

namespace troupe::isolators {

usage_actor::behavior_type usage_meter(usage_actor::pointer) {
  return {[](const measure_usage& x) -> caf::result<usage_measured> {
    const auto tree = process_tree::snapshot();
    if (!tree)
      return to_error({tree.error()});
    return usage_measured{tree->usage(x.roots)};
  }};
}

} // namespace troupe::isolators
