#include "wire/uuid.hpp"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <system_error>

namespace troupe::wire {

namespace {

constexpr std::size_t text_size = 36;

/// True where the text form has a hyphen.
constexpr bool is_hyphen(std::size_t position) {
  return position == 8 || position == 13 || position == 18 || position == 23;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

std::array<std::uint64_t, 2> random_bits() {
  std::array<std::uint64_t, 2> bits{};
  // Requests of up to 256 bytes are never cut short, but a signal may interrupt the wait at boot.
  while (::getrandom(bits.data(), sizeof bits, 0) < 0)
    if (errno != EINTR)
      throw std::system_error(errno, std::generic_category(), "getrandom");
  return bits;
}

} // namespace

std::string make_uuid(std::uint64_t high, std::uint64_t low) {
  std::string bytes;
  for (auto part : {high, low})
    for (int shift = 56; shift >= 0; shift -= 8)
      bytes += static_cast<char>(part >> shift & 0xff);
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  return bytes;
}

std::string random_uuid() {
  auto bits = random_bits();
  return make_uuid(bits[0], bits[1]);
}

std::string random_uuid_text() {
  return uuid_to_text(random_uuid());
}

std::string uuid_to_text(std::string_view bytes) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string text;
  text.reserve(text_size);
  for (char byte : bytes) {
    if (is_hyphen(text.size()))
      text += '-';
    auto value = static_cast<unsigned char>(byte);
    text += hex[value >> 4];
    text += hex[value & 15];
  }
  return text;
}

std::optional<std::string> uuid_from_text(std::string_view text) {
  if (text.size() != text_size)
    return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text_size; ++i) {
    if (is_hyphen(i)) {
      if (text[i] != '-')
        return std::nullopt;
      continue;
    }
    auto high = hex_value(text[i]);
    auto low = hex_value(text[++i]);
    if (high < 0 || low < 0)
      return std::nullopt;
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

} // namespace troupe::wire
