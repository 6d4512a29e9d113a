#include "http/dispatcher.hpp"
#include "http/reactor.hpp"

#include <cerrno>
#include <spdlog/spdlog.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace troupe::http {

namespace {

constexpr size_t read_size = 64u << 10;
constexpr int reads_per_turn = 4;
constexpr size_t stream_batch = 256u << 10;
constexpr int batches_per_turn = 4;
constexpr auto linger_time = std::chrono::seconds(2);
constexpr uint32_t input = EPOLLIN | EPOLLRDHUP;

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/// One of the constant pieces between records; shared, so that queueing it allocates nothing.
const event_stream::record& crlf() {
  static const auto text = std::make_shared<const std::string>("\r\n");
  return text;
}

/// The next close sends RST and frees what the kernel still holds for this reader.
void cut_off(int socket) {
  linger at_once{1, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

} // namespace

void reactor::read_request(connection& c) {
  char buffer[read_size];
  for (int i = 0; i < reads_per_turn && c.now == phase::reading && !c.gone; ++i) {
    auto n = ::recv(c.socket.get(), buffer, sizeof buffer, 0);
    if (n == 0 || (n < 0 && !would_block())) {
      drop(c, stream_end::peer);
      return;
    }
    if (n < 0)
      return;
    c.received += static_cast<uint64_t>(n);
    auto before = c.in.current();
    c.in.append({buffer, static_cast<size_t>(n)});
    parsed(c, before);
  }
}

// Called with new bytes parsed, and with those that came behind the request just answered.
void reactor::parsed(connection& c, request_reader::state before) {
  using state = request_reader::state;
  if (!c.held.set(c.in.buffered() + c.in_flight + c.out.owned())) {
    ++parts_.count.refused;
    refuse(c, 503, "the server holds as many requests as it can");
    return;
  }
  switch (c.in.current()) {
  case state::idle:
    return;
  case state::head:
    set_silent(c, true); // the longest silent one is evicted first: this one has just spoken
    if (before != state::head)
      set_deadline(c, now_ + parts_.config.head_timeout);
    return;
  case state::body:
    if (before != state::body) {
      set_silent(c, false);
      start_window(c, c.received, parts_.config.body_timeout);
    }
    if (c.in.wants_continue()) {
      c.out.push(std::string("HTTP/1.1 100 Continue\r\n\r\n"));
      if (c.out.flush(c.socket.get()) == output_queue::result::failed)
        drop(c, stream_end::peer);
    }
    return;
  case state::complete:
    hand_over(c);
    return;
  case state::failed:
    ++parts_.count.malformed;
    refuse(c, c.in.error_status(), c.in.error_text());
    return;
  }
}

void reactor::hand_over(connection& c) {
  auto size = c.in.buffered();
  auto raw = c.in.take();
  c.in_flight = size - std::min(size, c.in.buffered());
  c.now = phase::waiting;
  ++parts_.count.waiting;
  ++parts_.count.requests;
  set_silent(c, false);
  set_deadline(c, clock::time_point::max());
  watch(c, 0);
  auto x =
      std::make_shared<exchange>(c.id, std::move(raw), c.peer.host, c.peer.port, parts_.budget);
  if (parts_.workers.submit(std::move(x)))
    return;
  ++parts_.count.refused;
  refuse(c, 503, "the server has as many requests as it can");
}

void reactor::refuse(connection& c, int status, std::string_view text) {
  outcome out;
  out.head = plain_answer(status, text, parts_.config.clock());
  out.close = true;
  c.in.give_up(); // `text` may be the reader's own: it is copied by now
  on_answer(c, std::move(out));
}

void reactor::on_answer(connection& c, outcome out) {
  if (c.now == phase::waiting)
    --parts_.count.waiting;
  c.in_flight = 0;
  c.close_after = out.close;
  set_silent(c, false);
  c.now = phase::writing;
  c.out.push(std::move(out.head));
  c.out.push(std::move(out.body));
  c.out.push(hold(c, std::move(out.shared)));
  for (auto& f : out.fragments)
    c.out.push(std::move(f));
  if (out.file)
    c.out.push(std::move(*out.file));
  set_deadline(c, clock::time_point::max());
  if (out.stream)
    start_stream(c, std::move(out.stream));
  else
    guarded(c, &reactor::write_answer);
  if (!c.gone)
    make_room(c);
}

void reactor::write_answer(connection& c) {
  switch (c.out.flush(c.socket.get())) {
  case output_queue::result::failed:
    drop(c, stream_end::peer);
    return;
  case output_queue::result::blocked:
    account(c);
    watch(c, EPOLLOUT);
    if (c.deadline == clock::time_point::max())
      start_window(c, c.out.written(), parts_.config.stall_timeout);
    return;
  case output_queue::result::drained:
    account(c);
    if (c.close_after)
      linger(c);
    else
      answer_written(c);
  }
}

void reactor::answer_written(connection& c) {
  c.now = phase::reading;
  watch(c, input);
  set_silent(c, true);
  set_deadline(c, now_ + parts_.config.idle_timeout);
  parsed(c, request_reader::state::idle);
}

void reactor::start_stream(connection& c, event_stream_ptr stream) {
  auto wake = [mail = parts_.mail, id = c.id] { mail->stream_news(id); };
  if (!stream->attach(std::move(wake))) {
    spdlog::error("http: an event stream was used for a second answer");
    drop(c, stream_end::peer);
    return;
  }
  ++parts_.count.streams;
  c.stream = std::move(stream);
  c.now = phase::streaming;
  watch(c, input);
  guarded(c, &reactor::pump);
}

// Moves records from the stream to the socket until one of them has enough.
void reactor::pump(connection& c) {
  if (c.stream->overflowed()) {
    cut_off(c.socket.get());
    drop(c, stream_end::overflow);
    return;
  }
  for (int i = 0; i < batches_per_turn; ++i) {
    auto result = c.out.flush(c.socket.get());
    if (result == output_queue::result::failed) {
      drop(c, stream_end::peer);
      return;
    }
    if (result == output_queue::result::blocked)
      break;
    c.stream->written(c.batch_bytes, c.batch_records);
    c.batch_bytes = c.batch_records = 0;
    if (c.last_chunk) {
      auto stream = std::move(c.stream);
      --parts_.count.streams;
      linger(c);
      stream->finish(stream_end::closed);
      return;
    }
    if (!fill(c)) {
      watch(c, input);
      set_deadline(c, clock::time_point::max());
      return;
    }
  }
  watch(c, input | EPOLLOUT);
  if (c.deadline == clock::time_point::max())
    start_window(c, c.out.written(), parts_.config.stall_timeout);
}

// False if the stream has nothing to write.
bool reactor::fill(connection& c) {
  auto batch = c.stream->take(stream_batch);
  for (auto& event : batch.records) {
    c.out.push(chunk_prefix(event.size()));
    c.out.push(std::move(event.text));
    c.out.push(hold(c, std::move(event.body)));
    c.out.push(crlf());
  }
  c.batch_bytes = batch.bytes;
  c.batch_records = batch.records.size();
  c.last_chunk = batch.closing;
  if (batch.closing)
    c.out.push(std::string("0\r\n\r\n"));
  return !c.out.empty();
}

// A stream's or a closing connection's client has nothing to say; its FIN counts.
void reactor::discard_input(connection& c) {
  char buffer[read_size];
  for (int i = 0; i < reads_per_turn; ++i) {
    auto n = ::recv(c.socket.get(), buffer, sizeof buffer, 0);
    if (n < 0 && would_block())
      return;
    if (n <= 0) {
      drop(c, stream_end::peer);
      return;
    }
  }
}

// Closing at once while the peer still sends would reset the connection and lose the answer.
void reactor::linger(connection& c) {
  ::shutdown(c.socket.get(), SHUT_WR);
  c.now = phase::lingering;
  set_silent(c, true);
  watch(c, input);
  set_deadline(c, now_ + linger_time);
}

shared_body_ptr reactor::hold(connection& c, shared_body_ptr body) {
  if (body)
    c.shared_since = ++bodies_sent_;
  return holdings_->hold(std::move(body));
}

// Slow readers of states that have changed since must not hold all of those: who has been at one the
// longest goes first. The newest reader stays, however big the state.
void reactor::make_room(const connection& for_whom) {
  while (holdings_->over()) {
    connection* slowest = nullptr;
    for (const auto& [id, each] : connections_)
      if (id != for_whom.id && each->out.holds_shared() &&
          (slowest == nullptr || each->shared_since < slowest->shared_since))
        slowest = each.get();
    if (slowest == nullptr)
      return;
    spdlog::warn("http: {}:{} is cut off: answers that are read too slowly hold {} bytes",
                 slowest->peer.host, slowest->peer.port, holdings_->bytes());
    ++parts_.count.evicted;
    cut_off(slowest->socket.get());
    slowest->out = {}; // the connection itself lives until the end of the turn
    drop(*slowest, stream_end::overflow);
  }
}

// Answers that wait for a slow reader count, but are not cut off for it: new requests are refused.
void reactor::account(connection& c) {
  [[maybe_unused]] bool fits = c.held.set(c.in.buffered() + c.in_flight + c.out.owned());
}

} // namespace troupe::http
