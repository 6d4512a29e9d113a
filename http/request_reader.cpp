#include "http/request_reader.hpp"

#include "http/text.hpp"

#include <algorithm>
#include <charconv>

namespace troupe::http {

namespace {

constexpr size_t max_chunk_line = 256;
constexpr size_t max_trailer = 8u << 10;

bool is_token(std::string_view s) {
  return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool has_control(std::string_view s) {
  return std::any_of(s.begin(), s.end(),
                     [](unsigned char c) { return (c < 32 && c != '\t') || c == 127; });
}

bool lists(const header_list& headers, std::string_view name, std::string_view token) {
  auto value = headers.joined(name);
  if (!value)
    return false;
  for (auto part : split(*value, ','))
    if (same_token(trim(part), token))
      return true;
  return false;
}

} // namespace

request_reader::request_reader(read_limits limits)
    : limits_(limits) {}

request_reader::state request_reader::append(std::string_view bytes) {
  in_.append(bytes);
  advance();
  compact();
  return state_;
}

raw_request request_reader::take() {
  auto done = std::move(request_);
  request_ = {};
  state_ = state::idle;
  seen_ = head_bytes_ = missing_ = trailer_bytes_ = 0;
  line_checked_ = chunked_ = expects_ = false;
  chunk_ = chunk::size;
  advance();
  compact();
  return done;
}

// Moves the rest to the front only when that is cheap against what was parsed since.
void request_reader::compact() {
  if (at_ == in_.size()) {
    if (in_.capacity() > 4096)
      in_ = std::string(); // a quiet connection holds no big buffer
    in_.clear();
    at_ = 0;
  } else if (at_ > in_.size() / 2) {
    in_.erase(0, at_);
    at_ = 0;
  }
}

bool request_reader::wants_continue() {
  if (state_ != state::body || !expects_)
    return false;
  expects_ = false;
  return body_size() == 0 && rest().empty();
}

void request_reader::advance() {
  if (state_ == state::idle) {
    // Empty lines before a request are skipped, as RFC 9112 asks.
    while (rest().starts_with("\r\n"))
      drop(2);
    if (rest().empty() || rest() == "\r")
      return;
    state_ = state::head;
  }
  if (state_ == state::head && !advance_head())
    return;
  if (state_ == state::body && (chunked_ ? advance_chunked() : advance_sized()))
    state_ = state::complete;
}

bool request_reader::advance_head() {
  auto in = rest();
  if (!line_checked_) {
    if (!is_token(in.substr(0, 1)))
      return fail(400, "not an HTTP request");
    auto end = in.find("\r\n");
    if (std::min(end, in.size()) > limits_.uri)
      return fail(414, "the request line is longer than " + std::to_string(limits_.uri) + " bytes");
    if (end == in.npos && in.find('\n') != in.npos)
      return fail(400, "a line must end with CR LF");
    if (end == in.npos || !parse_request_line(in.substr(0, end)))
      return false;
    line_checked_ = true;
  }
  auto end = in.find("\r\n\r\n", seen_);
  if (std::min(end, in.size()) > limits_.head)
    return fail(431, "the head is longer than " + std::to_string(limits_.head) + " bytes");
  if (end == in.npos) {
    seen_ = in.size() < 3 ? 0 : in.size() - 3;
    return false;
  }
  auto fields = in.substr(0, end + 2);
  fields.remove_prefix(fields.find("\r\n") + 2);
  if (!parse_fields(fields) || !decide_framing())
    return false;
  drop(end + 4);
  head_bytes_ = end + 4;
  state_ = state::body;
  return true;
}

bool request_reader::parse_request_line(std::string_view line) {
  auto parts = split(line, ' ');
  if (parts.size() != 3 || !is_token(parts[0]) || parts[1].empty() || has_control(line))
    return fail(400, "malformed request line");
  if (parts[2] != "HTTP/1.1" && parts[2] != "HTTP/1.0")
    return fail(parts[2].starts_with("HTTP/") ? 505 : 400, "expecting HTTP/1.1");
  request_.method = parts[0];
  request_.http_1_0 = parts[2] == "HTTP/1.0";
  auto target = parts[1];
  if (auto scheme = target.find("://"); scheme != std::string_view::npos && target[0] != '/') {
    auto path = target.find('/', scheme + 3);
    target = path == std::string_view::npos ? "/" : target.substr(path);
  }
  request_.target = target;
  return true;
}

bool request_reader::parse_fields(std::string_view fields) {
  while (!fields.empty()) {
    auto end = fields.find("\r\n");
    auto line = fields.substr(0, end);
    fields.remove_prefix(end + 2);
    auto colon = line.find(':');
    // A folded line begins with a space, which is no token either.
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
      return fail(400, "malformed header line");
    auto value = trim(line.substr(colon + 1));
    if (has_control(value))
      return fail(400, "a header has a control character");
    request_.headers.add(std::string(line.substr(0, colon)), std::string(value));
  }
  return true;
}

bool request_reader::decide_framing() {
  const auto& headers = request_.headers;
  request_.keep_alive = request_.http_1_0 ? lists(headers, "Connection", "keep-alive")
                                          : !lists(headers, "Connection", "close");
  expects_ = lists(headers, "Expect", "100-continue") && !request_.http_1_0;
  auto coding = headers.joined("Transfer-Encoding");
  auto length = headers.joined("Content-Length");
  if (coding && (length || request_.http_1_0))
    return fail(400, "Transfer-Encoding with Content-Length or HTTP/1.0");
  if (coding) {
    if (!same_token(*coding, "chunked"))
      return fail(501, "only the transfer coding 'chunked' is known");
    chunked_ = true;
    return true;
  }
  if (!length)
    return true;
  auto end = length->data() + length->size();
  auto digits = !length->empty() && length->find_first_not_of("0123456789") == std::string::npos;
  if (!digits)
    return fail(400, "malformed Content-Length");
  auto [p, error] = std::from_chars(length->data(), end, missing_);
  if (error != std::errc() || p != end || missing_ > limits_.body)
    return fail(413, "the body is longer than " + std::to_string(limits_.body) + " bytes");
  return true;
}

bool request_reader::advance_sized() {
  auto part = rest().substr(0, missing_);
  request_.body.append(part);
  drop(part.size());
  missing_ -= part.size();
  return missing_ == 0;
}

bool request_reader::advance_chunked() {
  std::string_view line;
  for (;;) {
    switch (chunk_) {
    case chunk::size:
      if (!next_line(line, max_chunk_line) || !read_chunk_size(line))
        return false;
      drop(line.size() + 2);
      chunk_ = missing_ == 0 ? chunk::trailer : chunk::data;
      break;
    case chunk::data:
      if (!advance_sized())
        return false;
      chunk_ = chunk::data_end;
      break;
    case chunk::data_end:
      if (!next_line(line, 0))
        return false;
      drop(2);
      chunk_ = chunk::size;
      break;
    case chunk::trailer: {
      if (!next_line(line, max_trailer))
        return false;
      bool last = line.empty();
      trailer_bytes_ += line.size();
      drop(line.size() + 2);
      if (last)
        return true;
      if (trailer_bytes_ > max_trailer)
        return fail(431, "the trailer is too long");
      break;
    }
    }
  }
}

// False while the line is incomplete, or after fail() when it is longer than `limit`.
bool request_reader::next_line(std::string_view& line, size_t limit) {
  auto in = rest().substr(0, limit + 2);
  auto end = in.find("\r\n");
  if (end == in.npos)
    return in.size() < limit + 2 ? false : fail(400, "malformed chunk");
  line = in.substr(0, end);
  return true;
}

bool request_reader::read_chunk_size(std::string_view line) {
  auto digits = trim(line.substr(0, line.find(';')));
  auto end = digits.data() + digits.size();
  auto [p, error] = std::from_chars(digits.data(), end, missing_, 16);
  if (error == std::errc::invalid_argument || p != end)
    return fail(400, "malformed chunk size");
  if (error != std::errc() || missing_ > limits_.body - request_.body.size())
    return fail(413, "the body is longer than " + std::to_string(limits_.body) + " bytes");
  return true;
}

bool request_reader::fail(int status, std::string text) {
  give_up();
  error_status_ = status;
  error_text_ = std::move(text);
  return false;
}

void request_reader::give_up() {
  state_ = state::failed;
  in_ = std::string();
  at_ = head_bytes_ = 0;
  request_ = {};
}

} // namespace troupe::http
