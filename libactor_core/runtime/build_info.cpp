#include "runtime/build_info.hpp"

namespace troupe {

std::string_view version() {
  return TROUPE_VERSION;
}

std::string_view served_version() {
  return "1.7.3";
}

std::string_view build_date() {
  return TROUPE_BUILD_DATE;
}

double build_time() {
  return TROUPE_BUILD_TIME;
}

} // namespace troupe
