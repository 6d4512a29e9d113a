/// What this build is.
#pragma once

#include <string_view>

namespace troupe {

/// The version of Troupe, digits and dots only.
std::string_view version();

/// The version of the Mesos protocol that is served, as `/version`, `/state` and registrations tell
/// it: digits and dots only, since clients split it into integers.
std::string_view served_version();

/// When it was configured: ISO date, and seconds since the epoch.
std::string_view build_date();
double build_time();

} // namespace troupe
