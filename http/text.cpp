#include "http/text.hpp"

#include <algorithm>

namespace troupe::http {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  c = lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

} // namespace

bool same_token(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view s) {
  auto first = s.find_first_not_of(" \t");
  if (first == std::string_view::npos)
    return {};
  return s.substr(first, s.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string_view> split(std::string_view s, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    auto end = s.find(separator);
    parts.push_back(s.substr(0, end));
    if (end == std::string_view::npos)
      return parts;
    s.remove_prefix(end + 1);
  }
}

std::string decode_percent(std::string_view s, bool plus) {
  std::string out;
  out.reserve(s.size());
  for (size_t i = 0; i < s.size(); ++i) {
    int high = s[i] == '%' && i + 2 < s.size() ? hex_digit(s[i + 1]) : -1;
    int low = high >= 0 ? hex_digit(s[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += plus && s[i] == '+' ? ' ' : s[i];
    }
  }
  return out;
}

std::multimap<std::string, std::string> decode_form(std::string_view s) {
  std::multimap<std::string, std::string> out;
  for (auto part : split(s, '&')) {
    if (part.empty())
      continue;
    auto equals = part.find('=');
    auto value = equals == std::string_view::npos ? std::string_view{} : part.substr(equals + 1);
    out.emplace(decode_percent(part.substr(0, equals), true), decode_percent(value, true));
  }
  return out;
}

} // namespace troupe::http
