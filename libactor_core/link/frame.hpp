/// Framing of link records: a 4-byte big-endian length, then that many bytes of one `Record`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace troupe::link {

class Record;

/// The version of the record schema this build speaks.
inline constexpr std::uint32_t protocol_version = 1;

/// Bytes of the length in front of a record.
inline constexpr std::size_t header_size = 4;

/// Longest record accepted before the peer has proved who it is.
inline constexpr std::size_t handshake_limit = 4096;

/// The bytes of one record on the wire, shared between who made them and who writes them.
using frame = std::shared_ptr<const std::string>;

frame make_frame(const Record& record);

/// The length announced by a header of `header_size` bytes.
std::uint32_t frame_length(const char* header);

} // namespace troupe::link
