/// Standard base64 (RFC 4648, section 4) with padding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace troupe::wire {

/// Appends the base64 form of `bytes`.
void append_base64(std::string& out, std::string_view bytes);

/// The base64 form of `bytes`.
std::string encode_base64(std::string_view bytes);

/// The bytes that `text` stands for; none if it has another character, wrong padding, or bits that
/// no encoder would leave behind.
std::optional<std::string> decode_base64(std::string_view text);

} // namespace troupe::wire
