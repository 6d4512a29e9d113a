#include "wire/recordio.hpp"

#include <algorithm>
#include <utility>

namespace troupe::wire {

namespace {

/// More digits than any length has; leading zeros do not make a length line endless.
constexpr std::size_t max_digits = 20;

} // namespace

void append_record(std::string& out, std::string_view record) {
  out += std::to_string(record.size());
  out += '\n';
  out += record;
}

std::string encode_record(std::string_view record) {
  std::string out;
  out.reserve(record.size() + max_digits + 1);
  append_record(out, record);
  return out;
}

record_decoder::record_decoder(std::size_t max_record_bytes)
    : limit_(max_record_bytes) {
  // nop
}

decode_result record_decoder::push(std::string_view chunk, std::vector<std::string>& records) {
  if (!error_.empty())
    return decode_result::failure(error_);
  while (!chunk.empty()) {
    if (!in_record_) {
      auto c = chunk.front();
      chunk.remove_prefix(1);
      if (c != '\n') {
        if (auto taken = take_digit(c); !taken)
          return taken;
        continue;
      }
      if (digits_ == 0)
        return fail("record without a length");
      in_record_ = true;
    }
    auto part = chunk.substr(0, length_ - record_.size());
    record_ += part;
    chunk.remove_prefix(part.size());
    if (record_.size() == length_) {
      records.push_back(std::exchange(record_, {}));
      length_ = 0;
      digits_ = 0;
      in_record_ = false;
    }
  }
  return {};
}

bool record_decoder::at_boundary() const noexcept {
  return error_.empty() && !in_record_ && digits_ == 0;
}

decode_result record_decoder::take_digit(char c) {
  if (c < '0' || c > '9')
    return fail("record length has a character that is no digit");
  if (++digits_ > max_digits)
    return fail("record length has more than " + std::to_string(max_digits) + " digits");
  auto digit = static_cast<std::size_t>(c - '0');
  if (digit > limit_ || length_ > (limit_ - digit) / 10)
    return fail("record is longer than the limit of " + std::to_string(limit_) + " bytes");
  length_ = length_ * 10 + digit;
  return {};
}

decode_result record_decoder::fail(std::string reason) {
  error_ = std::move(reason);
  record_ = {};
  return decode_result::failure(error_);
}

} // namespace troupe::wire
