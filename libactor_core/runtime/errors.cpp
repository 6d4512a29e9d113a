#include "runtime/errors.hpp"

#include <caf/all.hpp>

namespace troupe {

caf::error to_error(const failure& why) {
  return caf::make_error(caf::sec::runtime_error, why.reason);
}

std::string text_of(const caf::error& why) {
  if (why.context().match_elements<std::string>())
    return why.context().get_as<std::string>(0);
  return caf::to_string(why);
}

} // namespace troupe
