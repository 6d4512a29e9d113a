#include "http/reactor.hpp"

#include "http/dispatcher.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <spdlog/spdlog.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace troupe::http {

namespace {

constexpr uint64_t listener_id = 0;
constexpr uint64_t mailbox_id = 1;
constexpr int accepts_per_turn = 64;
constexpr int unsent_limit = 256 << 10; // in the kernel, per socket
constexpr auto accept_pause = std::chrono::milliseconds(100);

void tune(int socket) {
  int yes = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  ::setsockopt(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent_limit, sizeof unsent_limit);
}

} // namespace

reactor::reactor(reactor_parts parts)
    : parts_(std::move(parts))
    , holdings_(std::make_shared<shared_holdings>(parts_.budget, parts_.config.max_buffered / 2)) {}

int reactor::open() {
  epoll_ = unique_fd(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_ || parts_.mail->descriptor() < 0)
    return errno;
  for (auto [id, fd] : {std::pair{listener_id, parts_.listener},
                        std::pair{mailbox_id, parts_.mail->descriptor()}}) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = id;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0)
      return errno;
  }
  return 0;
}

void reactor::run() {
  std::array<epoll_event, 256> events;
  while (!stopping_) {
    int n = ::epoll_wait(epoll_.get(), events.data(), events.size(), next_timeout());
    now_ = clock::now();
    for (int i = 0; i < n; ++i) {
      auto id = events[static_cast<size_t>(i)].data.u64;
      if (id == listener_id)
        accept_some();
      else if (auto c = id == mailbox_id ? nullptr : find(id))
        on_event(*c, events[static_cast<size_t>(i)].events);
      pump_news();
    }
    read_mail();
    expire();
    graveyard_.clear();
  }
  while (!connections_.empty())
    drop(*connections_.begin()->second, stream_end::shutdown);
  graveyard_.clear();
}

void reactor::on_event(connection& c, uint32_t events) {
  const bool broken = events & (EPOLLERR | EPOLLHUP);
  switch (c.now) {
  case phase::reading:
    guarded(c, &reactor::read_request);
    return;
  case phase::waiting:
    if (broken)
      drop(c, stream_end::peer);
    return;
  case phase::writing:
    if (broken)
      drop(c, stream_end::peer);
    else
      guarded(c, &reactor::write_answer);
    return;
  case phase::streaming:
    if (events & ~static_cast<uint32_t>(EPOLLOUT))
      discard_input(c);
    if (!c.gone && (events & EPOLLOUT))
      guarded(c, &reactor::pump);
    return;
  case phase::lingering:
    discard_input(c);
    return;
  }
}

// Running out of memory costs the connection that needed it, not the daemon.
void reactor::guarded(connection& c, void (reactor::*step)(connection&)) {
  try {
    (this->*step)(c);
  } catch (const std::bad_alloc&) {
    spdlog::error("http: no memory for the connection of {}:{}", c.peer.host, c.peer.port);
    drop(c, stream_end::peer);
  }
}

void reactor::read_mail() {
  auto mail = parts_.mail->take();
  for (auto& [id, out] : mail.answers) {
    if (auto c = find(id))
      on_answer(*c, std::move(out));
    else if (out.stream)
      out.stream->finish(stream_end::refused);
    pump_news();
  }
  pump_news(); // what came since the last time, before the mailbox was emptied, wakes nobody any more
  stopping_ = stopping_ || mail.stop;
}

/// Events must not wait behind the answers of many readers: this comes after each step.
void reactor::pump_news() {
  if (!parts_.mail->has_news())
    return;
  for (auto id : parts_.mail->take_news())
    if (auto c = find(id); c && c->now == phase::streaming)
      guarded(*c, &reactor::pump);
}

void reactor::accept_some() {
  for (int i = 0; i < accepts_per_turn; ++i) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    unique_fd socket(::accept4(parts_.listener, reinterpret_cast<sockaddr*>(&address), &size,
                               SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket) {
      add(std::move(socket), address);
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK)
      return;
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      if (evict_one())
        continue;
      spdlog::error("http: cannot accept: {}", std::strerror(errno));
      pause_accepting();
      return;
    }
    // Anything else concerns the one connection that went away before it was accepted.
  }
}

void reactor::pause_accepting() {
  watch_listener(0);
  accept_again_ = now_ + accept_pause;
}

void reactor::watch_listener(uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = listener_id;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, parts_.listener, &event);
}

void reactor::add(unique_fd socket, const sockaddr_storage& address) {
  ++parts_.count.accepted;
  if (connections_.size() >= parts_.max_connections && !evict_one()) {
    auto text =
        plain_answer(503, "the server has as many connections as it can", parts_.config.clock());
    // Best effort: a fresh socket's buffer takes it, and the peer is closed anyway.
    [[maybe_unused]] auto n = ::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL);
    ++parts_.count.refused;
    return;
  }
  tune(socket.get());
  auto id = next_id_++;
  epoll_event event{};
  event.data.u64 = id;
  event.events = EPOLLIN | EPOLLRDHUP;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket.get(), &event) != 0) {
    spdlog::error("http: cannot watch a connection: {}", std::strerror(errno));
    return;
  }
  const auto& limits = parts_.config;
  auto c = std::make_unique<connection>(
      id, std::move(socket), to_peer(address),
      read_limits{limits.max_uri, limits.max_head, limits.max_body}, parts_.budget);
  c->interest = event.events;
  set_silent(*c, true);
  set_deadline(*c, now_ + limits.first_byte_timeout);
  connections_.emplace(id, std::move(c));
  parts_.count.connections = connections_.size();
}

bool reactor::evict_one() {
  auto c = silent_.empty() ? nullptr : find(silent_.front());
  if (!c)
    return false;
  drop(*c, stream_end::peer);
  ++parts_.count.evicted;
  return true;
}

connection* reactor::find(uint64_t id) {
  auto i = connections_.find(id);
  return i == connections_.end() ? nullptr : i->second.get();
}

void reactor::drop(connection& c, stream_end end) {
  if (c.gone)
    return;
  c.gone = true;
  if (c.now == phase::waiting)
    --parts_.count.waiting;
  set_silent(c, false);
  c.socket = unique_fd();
  if (auto stream = std::move(c.stream)) {
    --parts_.count.streams;
    stream->finish(end);
  }
  auto node = connections_.extract(c.id);
  graveyard_.push_back(std::move(node.mapped()));
  parts_.count.connections = connections_.size();
}

void reactor::watch(connection& c, uint32_t events) {
  if (c.interest == events || c.gone)
    return;
  c.interest = events;
  epoll_event event{};
  event.data.u64 = c.id;
  event.events = events;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, c.socket.get(), &event);
}

void reactor::set_silent(connection& c, bool silent) {
  if (c.silent)
    silent_.erase(*c.silent);
  c.silent.reset();
  if (silent)
    c.silent = silent_.insert(silent_.end(), c.id);
}

} // namespace troupe::http
