/// Random UUIDs (RFC 4122, version 4): 16 bytes in status updates, text in stream and container
/// ids.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::wire {

/// Bytes of a UUID in its binary form.
constexpr std::size_t uuid_size = 16;

/// The 16 bytes of a version 4 UUID made from 128 random bits, of which six give way to the version
/// and the variant. For callers with a random source of their own, such as the simulation.
std::string make_uuid(std::uint64_t high, std::uint64_t low);

/// The 16 bytes of a fresh UUID from the kernel's random source, which cannot be guessed.
/// Throws `std::system_error` if the kernel has none.
std::string random_uuid();

/// `random_uuid()` as text.
std::string random_uuid_text();

/// "0b5c1f2e-...": 36 characters in lower case. Requires 16 bytes.
std::string uuid_to_text(std::string_view bytes);

/// The 16 bytes of the 36 character form in either case; none for any other text.
std::optional<std::string> uuid_from_text(std::string_view text);

} // namespace troupe::wire
