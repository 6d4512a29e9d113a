#include "protocol/storage.hpp"

#include <caf/error.hpp>
#include <caf/make_message.hpp>

namespace troupe {

namespace {
constexpr auto category = caf::atom("storage");
}

std::string_view to_string(store_ec code) {
  switch (code) {
  case store_ec::none:
    return "none";
  case store_ec::conflict:
    return "conflict";
  case store_ec::corrupted:
    return "corrupted";
  case store_ec::unwritable:
    return "unwritable";
  case store_ec::full:
    return "full";
  case store_ec::busy:
    return "busy";
  case store_ec::failed:
    return "failed";
  }
  return "unknown";
}

caf::error make_error(store_ec code, std::string reason) {
  return caf::error{static_cast<std::uint8_t>(code), category,
                    caf::make_message(std::move(reason))};
}

store_ec store_code(const caf::error& error) {
  return error.category() == category ? static_cast<store_ec>(error.code()) : store_ec::none;
}

std::string store_reason(const caf::error& error) {
  if (error.category() == category && error.context().match_elements<std::string>())
    return error.context().get_as<std::string>(0);
  return caf::to_string(error);
}

} // namespace troupe
