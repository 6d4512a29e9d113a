/// RecordIO, the framing of every event stream: the record's length in decimal ASCII digits, a line
/// feed, then that many bytes, with nothing between records.
#pragma once

#include "wire/decode_result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::wire {

/// Appends `record` with its length line.
void append_record(std::string& out, std::string_view record);

/// `record` with its length line.
std::string encode_record(std::string_view record);

/// Cuts a byte stream into records. Chunk borders mean nothing. Between calls it holds at most one
/// record's bytes, never more than the limit, and it takes memory only for bytes that have come.
class record_decoder {
 public:
  /// @param max_record_bytes longer records are refused as soon as their digits say so.
  explicit record_decoder(std::size_t max_record_bytes);

  /// Appends the records that `chunk` completes to `records`. After a refusal the stream is lost:
  /// every later call repeats the error. Records before the fault are still delivered.
  decode_result push(std::string_view chunk, std::vector<std::string>& records);

  /// True between records: the end of the stream here cuts nothing.
  bool at_boundary() const noexcept;

 private:
  decode_result fail(std::string reason);
  decode_result take_digit(char c);

  std::size_t limit_;
  std::size_t length_ = 0;
  std::size_t digits_ = 0;
  bool in_record_ = false;
  std::string record_;
  std::string error_;
};

} // namespace troupe::wire
