/// What this build is.
#pragma once

#include <string_view>

namespace troupe {

/// The version of Troupe, digits and dots only: clients split it into integers.
std::string_view version();

} // namespace troupe
