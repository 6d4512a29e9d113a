#include "http/dispatcher.hpp"

#include "http/compression.hpp"
#include "http/event_stream.hpp"
#include "http/text.hpp"

#include <algorithm>
#include <ctime>
#include <spdlog/spdlog.h>

namespace troupe::http {

namespace {

constexpr size_t compressed_from = 1024;
constexpr size_t inlined_up_to = 16u << 10; // copied behind the head: one write, one piece

/// The request line for httplib to parse; what it writes back.
class memory_stream final : public httplib::Stream {
 public:
  explicit memory_stream(std::string in)
      : in_(std::move(in)) {}

  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  ssize_t read(char* to, size_t size) override {
    auto n = in_.copy(to, size, at_);
    at_ += n;
    return static_cast<ssize_t>(n);
  }
  ssize_t write(const char* from, size_t size) override {
    out.append(from, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return INVALID_SOCKET; }

  std::string out;

 private:
  std::string in_;
  size_t at_ = 0;
};

/// httplib refuses a second `?`, which is legal within a query.
std::string head_for_httplib(const raw_request& in) {
  auto line = in.method + " ";
  bool query = false;
  for (char c : in.target) {
    if (c == '?' && query)
      line += "%3F";
    else
      line += c;
    query = query || c == '?';
  }
  return line + " HTTP/1.1\r\n\r\n";
}

bool compressible(const std::string& type) {
  return type == "application/json" || type.starts_with("text/");
}

size_t length_of(const response& r) {
  size_t n = r.body.size() + (r.shared ? r.shared->size() : 0);
  for (const auto& f : r.fragments)
    n += f->size();
  return n;
}

std::optional<std::string> compressed(const response& r) {
  if (r.shared) {
    std::string after; // JSONP's bracket
    for (const auto& f : r.fragments)
      after += *f;
    return compress(r.body, *r.shared, after);
  }
  std::vector<std::string_view> parts{r.body};
  for (const auto& f : r.fragments)
    parts.push_back(*f);
  return compress(parts);
}

void compress_body(response& r) {
  if (auto small = compressed(r)) {
    r.body = std::move(*small);
    r.shared.reset();
    r.fragments.clear();
    r.headers.set("Content-Encoding", "gzip");
  }
}

} // namespace

dispatcher::dispatcher(std::shared_ptr<const dispatch_context> context)
    : context_(std::move(context)) {
  set_pre_routing_handler([this](const httplib::Request& req, httplib::Response& res) {
    routed_ = true;
    call_handler();
    std::optional<response> answer;
    {
      std::lock_guard lock(current_->mutex);
      answer = std::move(current_->answer);
      current_->deferred = deferred_ = !answer;
    }
    if (answer)
      render(req, res, std::move(*answer));
    else
      res.status = 200; // written to memory and thrown away
    return HandlerResponse::Handled;
  });
  set_post_routing_handler(
      [this](const httplib::Request&, httplib::Response& res) { tidy_head(res); });
}

std::optional<outcome> dispatcher::run(const std::shared_ptr<exchange>& x) {
  current_ = x;
  out_ = {};
  body_.clear();
  routed_ = deferred_ = false;
  memory_stream stream(head_for_httplib(x->in));
  bool closed = false;
  process_request(stream, !x->in.keep_alive, closed,
                  [this](httplib::Request& req) { build_request(req); });
  current_.reset();
  if (deferred_)
    return std::nullopt;
  out_.close = !x->in.keep_alive;
  if (routed_) {
    out_.head = std::move(stream.out);
    out_.head += body_;
  } else { // a method that httplib does not know
    out_.head = plain_answer(400, "malformed request line", context_->clock());
    out_.close = true;
  }
  return std::move(out_);
}

void dispatcher::build_request(const httplib::Request& parsed) {
  if (current_->parsed)
    return; // the answer of a deferred request
  auto req = std::make_shared<request>();
  auto& in = current_->in;
  req->method = in.method;
  req->target = in.target;
  req->query = parsed.params;
  req->headers = in.headers;
  req->body = std::move(in.body);
  req->peer = current_->peer;
  req->peer_port = current_->peer_port;
  req->http_1_0 = in.http_1_0;
  current_->parsed = std::move(req);
}

void dispatcher::call_handler() {
  {
    std::lock_guard lock(current_->mutex);
    if (current_->answer)
      return;
  }
  auto answered = [x = current_, context = context_](response r) {
    {
      std::lock_guard lock(x->mutex);
      x->answer = std::move(r);
      if (!x->deferred)
        return; // the worker is still in the handler and looks afterwards
    }
    context->answered(x);
  };
  responder out(std::move(answered));
  if (auto refusal = decode_body(*current_->parsed)) {
    out(std::move(*refusal));
    return;
  }
  try {
    context_->routes->dispatch(current_->parsed, out);
  } catch (const std::exception& e) {
    spdlog::error("http: {} {} failed: {}", current_->in.method, current_->in.target, e.what());
    out(error(500, "500 Internal Server Error."));
  }
}

void dispatcher::render(const httplib::Request& req, httplib::Response& res, response answer) {
  res.status = answer.status;
  res.set_header("Date", http_date(context_->clock()));
  if (answer.stream && current_->in.http_1_0) {
    answer.stream->finish(stream_end::refused);
    answer = error(505, "an event stream needs HTTP/1.1");
    res.status = answer.status;
  }
  if (answer.stream) {
    res.set_header("Transfer-Encoding", "chunked");
    out_.stream = std::move(answer.stream);
  } else {
    render_body(req, res, answer);
  }
  if (!answer.content_type.empty())
    res.set_header("Content-Type", answer.content_type);
  for (const auto& [name, value] : answer.headers)
    res.set_header(name, value); // drops values with CR or LF
  if (current_->in.http_1_0 && current_->in.keep_alive)
    res.set_header("Connection", "keep-alive");
}

void dispatcher::render_body(const httplib::Request& req, httplib::Response& res,
                             response& answer) {
  auto accept = current_->in.headers.joined("Accept-Encoding");
  if (accept && !answer.file && compressible(answer.content_type) &&
      !answer.headers.find("Content-Encoding") && length_of(answer) >= compressed_from &&
      accepts_gzip(*accept))
    compress_body(answer);
  auto length = length_of(answer) + (answer.file ? answer.file->length : 0);
  res.set_header("Content-Length", std::to_string(length));
  if (req.method == "HEAD")
    return;
  out_.shared = std::move(answer.shared);
  if (answer.body.size() <= inlined_up_to || out_.shared)
    body_ = std::move(answer.body); // what goes before a shared body is short
  else
    out_.body = std::move(answer.body);
  for (auto& f : answer.fragments)
    out_.fragments.push_back(std::move(f));
  out_.file = std::move(answer.file);
}

// httplib announces its own keep-alive counters and byte ranges, and a length for streams.
void dispatcher::tidy_head(httplib::Response& res) {
  res.headers.erase("Keep-Alive");
  res.headers.erase("Accept-Ranges");
  if (res.status == 304)
    res.headers.erase("Content-Length"); // would be that of the answer it stands for
  if (out_.stream) {
    res.headers.erase("Content-Length");
    res.headers.erase("Connection");
  }
}

std::optional<response> dispatcher::decode_body(request& req) {
  auto coding = req.headers.find("Content-Encoding");
  if (!coding || coding->empty() || same_token(*coding, "identity") || req.body.empty())
    return std::nullopt;
  if (!same_token(*coding, "gzip") && !same_token(*coding, "deflate"))
    return error(400, "failed to decode body: expecting a 'Content-Encoding' of gzip");
  std::string plain;
  bool room = true;
  auto result = decompress(req.body, context_->max_body, plain,
                           [&](size_t size) { return room = current_->body_charge.set(size); });
  if (!room)
    return error(503, "the server holds as many requests as it can");
  if (result == inflate_result::too_big)
    return error(413, "the body is longer than " + std::to_string(context_->max_body) + " bytes");
  if (result == inflate_result::malformed)
    return error(400, "failed to decode body");
  req.body = std::move(plain);
  return std::nullopt;
}

std::string http_date(std::chrono::system_clock::time_point now) {
  auto seconds = std::chrono::system_clock::to_time_t(now);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", days[utc.tm_wday], utc.tm_mday,
                     months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

std::string plain_answer(int status, std::string_view text,
                         std::chrono::system_clock::time_point now) {
  return fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\nConnection: close\r\n"
                     "Content-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\n\r\n{}",
                     status, reason(status), http_date(now), text.size(), text);
}

} // namespace troupe::http
