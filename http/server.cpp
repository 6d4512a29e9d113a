#include "http/server.hpp"

#include "http/reactor.hpp"
#include "http/serving_thread.hpp"

#include <algorithm>
#include <caf/error.hpp>
#include <caf/sec.hpp>
#include <cstring>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

namespace troupe::http {

size_t default_buffer_budget() {
  const auto pages = ::sysconf(_SC_PHYS_PAGES);
  const auto page = ::sysconf(_SC_PAGESIZE);
  const auto memory =
      pages > 0 && page > 0 ? static_cast<size_t>(pages) * static_cast<size_t>(page) : 0;
  return std::max<size_t>(512u << 20, memory / 8);
}

namespace {

constexpr int backlog = 1024;

uint64_t file_limit() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 1024;
}

} // namespace

/// Ends in the order reactor, workers, mailbox: what a worker or a stream still posts finds the
/// mailbox, which they share.
struct server::impl {
  impl(server_config c, router r)
      : config(std::move(c))
      , routes(std::make_shared<const router>(std::move(r))) {}

  server_config config;
  std::shared_ptr<const router> routes;
  unique_fd listener;
  uint16_t port = 0;
  counters count;
  std::shared_ptr<memory_budget> budget;
  std::shared_ptr<mailbox> mail;
  std::shared_ptr<worker_pool> workers;
  std::unique_ptr<reactor> io;
  std::thread io_thread;
};

server::server(server_config config, router routes)
    : impl_(std::make_unique<impl>(std::move(config), std::move(routes))) {}

server::~server() {
  stop();
}

caf::expected<uint16_t> server::start() {
  auto& s = *impl_;
  auto socket = listen_on(s.config.address, s.config.port, backlog);
  if (!socket)
    return std::move(socket.error());
  s.listener = std::move(*socket);
  s.port = bound_port(s.listener.get());
  s.budget = std::make_shared<memory_budget>(s.config.max_buffered);
  s.mail = std::make_shared<mailbox>();
  s.workers =
      std::make_shared<worker_pool>(s.config.queued, [mail = s.mail](uint64_t id, outcome out) {
        mail->answer(id, std::move(out));
      });
  auto max = s.config.max_connections ? s.config.max_connections : file_limit() / 4 * 3;
  s.io = std::make_unique<reactor>(
      reactor_parts{s.config, max, s.listener.get(), s.mail, s.budget, *s.workers, s.count});
  if (int code = s.io->open(); code != 0)
    return caf::make_error(caf::sec::cannot_open_port,
                           std::string("cannot watch sockets: ") + std::strerror(code));
  auto context = std::make_shared<dispatch_context>();
  context->routes = s.routes;
  context->max_body = s.config.max_body;
  context->clock = s.config.clock;
  context->answered = [pool = std::weak_ptr<worker_pool>(s.workers)](std::shared_ptr<exchange> x) {
    if (auto p = pool.lock())
      p->resume(std::move(x));
  };
  s.workers->start(std::max<size_t>(s.config.workers, 1), s.config.nice, context);
  s.io_thread = std::thread([&s] {
    yield_to_actors(s.config.nice);
    s.io->run();
  });
  return s.port;
}

void server::stop() {
  auto& s = *impl_;
  if (s.io_thread.joinable()) {
    s.mail->stop();
    s.io_thread.join();
  }
  if (s.workers)
    s.workers->stop();
  s.workers.reset();
  s.io.reset();
  s.mail.reset();
  s.listener = unique_fd();
}

uint16_t server::port() const {
  return impl_->port;
}

server_stats server::stats() const {
  const auto& c = impl_->count;
  server_stats s;
  s.connections = c.connections;
  s.streams = c.streams;
  s.buffered = impl_->budget ? impl_->budget->used() : 0;
  s.waiting = c.waiting;
  s.accepted = c.accepted;
  s.requests = c.requests;
  s.evicted = c.evicted;
  s.timed_out = c.timed_out;
  s.refused = c.refused;
  s.malformed = c.malformed;
  return s;
}

uint64_t raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit); // on failure the old limit is what is reported
  }
  return file_limit();
}

} // namespace troupe::http
