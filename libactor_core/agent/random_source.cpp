#include "agent/random_source.hpp"

#include "wire/uuid.hpp"

namespace troupe::agent {

std::string random_source::uuid() {
  const auto high = engine_();
  return wire::make_uuid(high, engine_());
}

std::string random_source::uuid_text() {
  return wire::uuid_to_text(uuid());
}

std::chrono::nanoseconds random_source::up_to(std::chrono::nanoseconds most) {
  // Not std::uniform_int_distribution: its sequence differs between standard libraries.
  const auto range = static_cast<std::uint64_t>(most.count()) + 1;
  return std::chrono::nanoseconds{static_cast<std::int64_t>(engine_() % range)};
}

} // namespace troupe::agent
