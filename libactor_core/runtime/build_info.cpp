#include "runtime/build_info.hpp"

namespace troupe {

std::string_view version() {
  return TROUPE_VERSION;
}

} // namespace troupe
