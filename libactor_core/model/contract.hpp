/// Assertions for our own mistakes: they stay on in release builds.
#pragma once

#include <string>

namespace troupe {

/// Writes `what` to stderr and aborts the process: a broken invariant must not linger.
[[noreturn]] void contract_violated(const std::string& what);

/// Aborts with `what` unless `holds`.
inline void expects(bool holds, const char* what) {
  if (!holds)
    contract_violated(what);
}

} // namespace troupe
