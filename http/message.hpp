#pragma once

#include "http/unique_fd.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::http {

class event_stream;
class shared_body;

/// Header fields in the order they came. Names compare without case, values are kept byte for byte
/// (an empty value is a value: `Accept:` with nothing behind it accepts nothing).
class header_list {
 public:
  void add(std::string name, std::string value);

  /// Replaces all fields of this name.
  void set(std::string_view name, std::string value);
  void erase(std::string_view name);

  /// The first field of this name, or nullptr.
  const std::string* find(std::string_view name) const;

  /// All fields of this name joined with ", "; nullopt when there is none.
  std::optional<std::string> joined(std::string_view name) const;

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  size_t size() const { return fields_.size(); }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// One complete request as a handler sees it.
struct request {
  std::string method;
  std::string target; ///< as sent, with query, e.g. `/master/state?jsonp=cb`
  std::string path; ///< decoded, single slashes, without the actor's name, e.g. `/api/v1/scheduler`
  std::string rest; ///< what stands below the endpoint in `path`, e.g. `/dev` of `/quota/dev`
  std::multimap<std::string, std::string> query; ///< decoded
  header_list headers;
  std::string body; ///< de-chunked and decompressed
  std::string peer; ///< address of the client
  uint16_t peer_port = 0;
  bool http_1_0 = false;
  std::string principal; ///< set by the router's filter (authentication); empty: none

  /// The first query parameter of this name, or nullptr.
  const std::string* parameter(const std::string& name) const;

  /// Parameters of a form-encoded body (`slaveId=ID&resources=[...]`), decoded.
  std::multimap<std::string, std::string> form() const;
};

/// A part of an open regular file; the descriptor is closed with the last copy.
struct file_slice {
  std::shared_ptr<const unique_fd> descriptor;
  uint64_t offset = 0;
  uint64_t length = 0;
};

/// The whole of an open regular file for `response::file`; nullopt (errno set) for anything else.
std::optional<file_slice> to_slice(unique_fd file);

/// An answer. The body is `body`, then `shared`, `fragments`, `file`; or `stream` instead of them.
/// `Content-Length`, `Date`, compression, JSONP and HEAD are taken care of on the way out.
struct response {
  int status = 200;
  header_list headers;      ///< beyond those the server sets itself
  std::string content_type; ///< empty: no Content-Type
  std::string body;
  std::shared_ptr<const shared_body> shared; ///< sent without a copy, compressed once for all
  std::vector<std::shared_ptr<const std::string>> fragments; ///< sent without a copy
  std::optional<file_slice> file;                            ///< sent from the page cache
  std::shared_ptr<event_stream> stream; ///< the connection becomes this stream after the head
};

/// 200, `application/json`.
response json(std::string text);

/// 200, `application/json`, gathered from shared fragments that are not copied.
response json(std::vector<std::shared_ptr<const std::string>> fragments);

/// 200, `application/json`, of a body that others get, too.
response json(std::shared_ptr<const shared_body> body);

/// A body without a Content-Type of its own choice; 200 unless told.
response content(std::string body, std::string content_type, int status = 200);

/// No body and no Content-Type: 200 of an operator's call, 202 of a scheduler's.
response empty(int status);

/// `text/plain; charset=utf-8`.
response error(int status, std::string text);

/// 405 with `Allow`.
response method_not_allowed(const std::vector<std::string>& allowed, const std::string& method);

/// 307; `location` as it shall stand in the header, e.g. `//host:5050/master/state`.
response redirect(std::string location);

/// 200 with `Transfer-Encoding: chunked`; `headers` e.g. `Mesos-Stream-Id`.
response streaming(std::shared_ptr<event_stream> stream, std::string content_type,
                   header_list headers = {});

/// Reason phrase of a status code.
std::string_view reason(int status);

} // namespace troupe::http
