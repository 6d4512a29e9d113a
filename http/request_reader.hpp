#pragma once

#include "http/message.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace troupe::http {

struct read_limits {
  size_t uri = 8000;       ///< request line
  size_t head = 64u << 10; ///< request line and headers
  size_t body = 64u << 20;
};

/// A request as framed from the wire; the body is de-chunked, not decompressed.
struct raw_request {
  std::string method;
  std::string target; ///< origin form: an absolute target has lost its scheme and host
  header_list headers;
  std::string body;
  bool http_1_0 = false;
  bool keep_alive = true;
};

/// Cuts a byte stream into requests, one at a time and in order. Strict where laxness lets two
/// readers of one stream disagree (lengths, folded lines, odd spaces): such input is an error,
/// after which the stream is of no use. Pure; holds at most head + body + what was appended too
/// much.
class request_reader {
 public:
  enum class state {
    idle,     ///< nothing of a request is there
    head,     ///< a part of the head is there
    body,     ///< the head is complete, the body is not
    complete, ///< take() gives a request
    failed,   ///< error_status() and error_text() say why
  };

  explicit request_reader(read_limits limits);

  /// Adds bytes and parses as far as they go. In `complete` and `failed` bytes are only kept.
  state append(std::string_view bytes);

  state current() const { return state_; }

  /// In state `complete`: the request. Then parses on in what was sent behind it (pipelining).
  raw_request take();

  /// True once per request whose sender waits for "100 Continue" before it sends the body.
  bool wants_continue();

  /// Lets go of everything; the state becomes `failed`.
  void give_up();

  int error_status() const { return error_status_; }
  const std::string& error_text() const { return error_text_; }

  /// Bytes held.
  size_t buffered() const { return in_.size() + body_size() + head_bytes_; }

  /// Bytes of the current body that are there.
  size_t body_size() const { return request_.body.size(); }

 private:
  enum class chunk { size, data, data_end, trailer };

  void advance();
  bool advance_head();
  bool advance_sized();
  bool advance_chunked();
  bool read_chunk_size(std::string_view line);
  bool next_line(std::string_view& line, size_t limit);
  bool parse_request_line(std::string_view line);
  bool parse_fields(std::string_view fields);
  bool decide_framing();
  bool fail(int status, std::string text);

  std::string_view rest() const { return std::string_view(in_).substr(at_); }
  void drop(size_t n) { at_ += n; }
  void compact();

  read_limits limits_;
  state state_ = state::idle;

  std::string in_;
  size_t at_ = 0;   // in_ is parsed up to here
  size_t seen_ = 0; // how far the rest was searched for the end of the head
  bool line_checked_ = false;
  raw_request request_;
  size_t head_bytes_ = 0;
  size_t missing_ = 0; // of the body or of the current chunk
  size_t trailer_bytes_ = 0;
  bool chunked_ = false;
  bool expects_ = false;
  chunk chunk_ = chunk::size;
  int error_status_ = 0;
  std::string error_text_;
};

} // namespace troupe::http
