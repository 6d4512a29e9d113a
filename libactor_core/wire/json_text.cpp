#include "wire/json.hpp"

#include "wire/utf8.hpp"

#include <charconv>
#include <cmath>

namespace troupe::wire {

namespace {

/// `digits` with the decimal point after the first `point` of them, which may lie outside of them.
void append_positional(std::string& out, std::string_view digits, int point) {
  auto count = static_cast<int>(digits.size());
  if (point <= 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-point), '0');
    out += digits;
  } else if (point >= count) {
    out += digits;
    out.append(static_cast<std::size_t>(point - count), '0');
    out += ".0";
  } else {
    out += digits.substr(0, static_cast<std::size_t>(point));
    out += '.';
    out += digits.substr(static_cast<std::size_t>(point));
  }
}

template <class Real>
void append_real(std::string& out, Real value) {
  if (!std::isfinite(value)) {
    out += std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    return;
  }
  if (std::signbit(value)) {
    out += '-';
    value = -value;
  }
  // Shortest digits as d.ddde[+-]xx; positional where a reader would write it so.
  char buffer[40];
  auto limit = buffer + sizeof buffer;
  auto end = std::to_chars(buffer, limit, value, std::chars_format::scientific).ptr;
  std::string_view text{buffer, static_cast<std::size_t>(end - buffer)};
  auto e = text.find('e');
  int exponent = 0;
  auto exponent_begin = text.data() + e + (text[e + 1] == '+' ? 2 : 1);
  std::from_chars(exponent_begin, end, exponent);
  std::string digits{text.substr(0, 1)};
  if (e > 2)
    digits += text.substr(2, e - 2);
  if (exponent >= -6 && exponent < 21) {
    append_positional(out, digits, exponent + 1);
  } else {
    out += text.substr(0, e + 1);
    out += std::to_string(exponent);
  }
}

/// The bytes that a JSON string cannot hold as they are.
void append_escaped(std::string& out, unsigned char c) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  switch (c) {
  case '"':
    out += "\\\"";
    return;
  case '\\':
    out += "\\\\";
    return;
  case '\b':
    out += "\\b";
    return;
  case '\f':
    out += "\\f";
    return;
  case '\n':
    out += "\\n";
    return;
  case '\r':
    out += "\\r";
    return;
  case '\t':
    out += "\\t";
    return;
  default:
    out += "\\u00";
    out += {hex[c >> 4], hex[c & 15]};
  }
}

bool is_plain(unsigned char c) {
  return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

} // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t i = 0;
  while (i < text.size()) {
    auto begin = i;
    while (i < text.size() && is_plain(static_cast<unsigned char>(text[i])))
      ++i;
    out += text.substr(begin, i - begin);
    if (i == text.size())
      break;
    auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      append_escaped(out, c);
      ++i;
    } else if (auto length = utf8_length(text.substr(i)); length > 0) {
      out += text.substr(i, length);
      i += length;
    } else {
      out += replacement_character;
      ++i;
    }
  }
  out += '"';
}

void append_json_double(std::string& out, double value) {
  append_real(out, value);
}

void append_json_double(std::string& out, float value) {
  append_real(out, value);
}

} // namespace troupe::wire
