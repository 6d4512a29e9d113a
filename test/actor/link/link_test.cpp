/// Both ends of the link over real loopback sockets; waits are bounded and end as soon as the answer is there.
#include "link/connector.hpp"
#include "link/server.hpp"

#include <troupe/link.pb.h>

#include <caf/all.hpp>
#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

struct system_config : caf::actor_system_config {
  system_config() {
    load<caf::io::middleman>();
    set("scheduler.max-threads", std::size_t{2});
  }
};

constexpr auto patience = 10s;

/// Hands everything that the link says to the test's own mailbox.
agent_link_listener_actor::behavior_type master_stub(agent_link_listener_actor::pointer,
                                                     caf::actor test) {
  return {
      [=](const link_opened& msg) { caf::anon_send(test, msg); },
      [=](const link_received& msg) { caf::anon_send(test, msg); },
      [=](const link_closed& msg) { caf::anon_send(test, msg); },
  };
}

master_link_listener_actor::behavior_type agent_stub(master_link_listener_actor::pointer,
                                                     caf::actor test) {
  return {
      [=](const master_link_up& msg) { caf::anon_send(test, msg); },
      [=](const master_link_received& msg) { caf::anon_send(test, msg); },
      [=](const master_link_down& msg) { caf::anon_send(test, msg); },
  };
}

struct fixture {
  system_config config;
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  agent_link_listener_actor master;
  master_link_listener_actor agent;
  link::server server;
  link::connector_actor connector;

  explicit fixture(link::server_config options = {}) {
    auto me = caf::actor_cast<caf::actor>(self.ptr());
    master = system.spawn(master_stub, me);
    agent = system.spawn(agent_stub, me);
    auto listening = link::listen(system, options, master);
    REQUIRE(listening);
    server = *listening;
  }

  ~fixture() {
    for (auto& each :
         {caf::actor_cast<caf::actor>(connector), caf::actor_cast<caf::actor>(server.transport),
          caf::actor_cast<caf::actor>(master), caf::actor_cast<caf::actor>(agent)})
      if (each)
        self->send_exit(each, caf::exit_reason::user_shutdown);
    connector = nullptr;
    server.transport = nullptr;
    master = nullptr;
    agent = nullptr;
  }

  void connect(std::string secret = "", std::uint16_t port = 0) {
    link::connector_config options;
    link::endpoint where{"127.0.0.1", port != 0 ? port : server.port};
    options.find = [where]() -> caf::expected<link::endpoint> { return where; };
    options.secret = {"node", std::move(secret)};
    options.first_wait = 20ms;
    options.longest_wait = 50ms;
    connector = system.spawn(link::connector, options, agent);
  }

  /// The next message of this type; others are dropped.
  template <class T>
  T next() {
    std::optional<T> found;
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!found && std::chrono::steady_clock::now() < until)
      self->receive(
          [&](const T& msg) { found = msg; },
          caf::others >>
              [](caf::message_view&) { return caf::result<caf::message>{caf::message{}}; },
          caf::after(1s) >> [] {});
    REQUIRE(found);
    return *found;
  }
};

int connect_raw(std::uint16_t port) {
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  return fd;
}

/// True when the other side ends the connection in time.
bool closed_by_peer(int fd) {
  char buffer[4096];
  pollfd waiting{fd, POLLIN, 0};
  while (::poll(&waiting, 1, 10'000) > 0)
    if (::recv(fd, buffer, sizeof buffer, 0) <= 0)
      return true;
  return false;
}

to_agent_ptr ping() {
  auto message = std::make_shared<link::ToAgent>();
  message->mutable_ping()->set_connected(true);
  return message;
}

} // namespace

TEST_CASE("records pass both ways over an open link") {
  fixture f;
  f.connect();
  auto opened = f.next<link_opened>();
  f.self->send(opened.link, ping());
  CHECK(f.next<master_link_received>().record->ping().connected());
}

TEST_CASE("an agent's records arrive in order, far beyond the first credit") {
  link::server_config options;
  options.terms.credit = 8;
  fixture f{options};
  f.connect();
  auto up = f.next<master_link_up>();
  for (int i = 0; i < 500; ++i) {
    auto message = std::make_shared<link::ToMaster>();
    message->mutable_unregister()->mutable_agent_id()->set_value(std::to_string(i));
    f.self->send(up.link, to_master_ptr{message});
  }
  for (int i = 0; i < 500; ++i)
    REQUIRE(f.next<link_received>().record->unregister().agent_id().value() == std::to_string(i));
}

TEST_CASE("each side hears once that a link has ended, and the agent comes back by itself") {
  fixture f;
  f.connect();
  auto first = f.next<link_opened>();
  f.self->send(first.link, link_close{"test"});
  CHECK(f.next<link_closed>().id == first.id);
  auto second = f.next<link_opened>();
  CHECK(second.id != first.id);
}

TEST_CASE("the end of the transport is the end of its links") {
  fixture f;
  f.connect();
  auto opened = f.next<link_opened>();
  f.self->send_exit(f.server.transport, caf::exit_reason::kill);
  CHECK(f.next<link_closed>().id == opened.id);
}

TEST_CASE("a wrong secret never opens a link") {
  link::server_config options;
  options.secret.secret = "right";
  fixture f{options};
  f.connect("wrong");
  bool opened = false;
  f.self->receive([&](const link_opened&) { opened = true; }, caf::after(300ms) >> [] {});
  CHECK_FALSE(opened);
}

TEST_CASE("garbage, an oversized length and an empty record end the connection at once") {
  fixture f;
  for (std::string bytes :
       {std::string("GET / HTTP/1.1\r\n\r\n"), std::string("\xff\xff\xff\xff", 4),
        std::string("\0\0\0\0", 4), std::string("\0\0\0\4xxxx", 8)}) {
    int fd = connect_raw(f.server.port);
    REQUIRE(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0);
    CHECK(closed_by_peer(fd));
    ::close(fd);
  }
  f.connect();
  f.next<link_opened>();
}

TEST_CASE("a silent connection is closed when its time for the handshake is over") {
  link::server_config options;
  options.handshake_ms = 300;
  fixture f{options};
  int fd = connect_raw(f.server.port);
  CHECK(closed_by_peer(fd));
  ::close(fd);
}

TEST_CASE("more silent connections than allowed make room for an honest agent") {
  link::server_config options;
  options.max_waiting = 32;
  options.handshake_ms = 60'000;
  fixture f{options};
  std::vector<int> silent;
  for (int i = 0; i < 200; ++i)
    silent.push_back(connect_raw(f.server.port));
  CHECK(closed_by_peer(silent.front()));
  f.connect();
  f.next<link_opened>();
  for (int fd : silent)
    ::close(fd);
}

TEST_CASE("a peer that falls silent after the handshake is dropped after three heartbeats") {
  link::server_config options;
  options.terms.heartbeat_ms = 200;
  fixture f{options};
  int fd = connect_raw(f.server.port);
  link::agent_handshake handshake{{"", ""}, "mute"};
  auto write = [&](const link::Record& record) {
    auto bytes = link::make_frame(record);
    REQUIRE(::send(fd, bytes->data(), bytes->size(), MSG_NOSIGNAL) > 0);
  };
  auto read = [&] {
    char header[link::header_size];
    REQUIRE(::recv(fd, header, sizeof header, MSG_WAITALL) == sizeof header);
    std::string body(link::frame_length(header), '\0');
    REQUIRE(::recv(fd, body.data(), body.size(), MSG_WAITALL) == static_cast<ssize_t>(body.size()));
    link::Record record;
    REQUIRE(record.ParseFromString(body));
    return record;
  };
  write(*handshake.hello());
  write(*handshake.on(read()).reply);
  REQUIRE(handshake.on(read()).phase == link::handshake_phase::done);
  auto opened = f.next<link_opened>();
  auto closed = f.next<link_closed>();
  CHECK(closed.id == opened.id);
  CHECK_THAT(closed.reason, Catch::Contains("silent"));
  ::close(fd);
}

TEST_CASE("a port that is taken is an error that names it") {
  fixture f;
  link::server_config options;
  options.port = f.server.port;
  auto second = link::listen(f.system, options, f.master);
  REQUIRE_FALSE(second);
  CHECK_THAT(f.system.render(second.error()), Catch::Contains(std::to_string(f.server.port)));
}

TEST_CASE("without a secret the link does not open on a public address") {
  fixture f;
  link::server_config options;
  options.ip = "0.0.0.0";
  CHECK_FALSE(link::listen(f.system, options, f.master));
}
