#include "client.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <memory>
#include <vector>

using namespace http_test;
using std::chrono::milliseconds;

namespace {

// What the server answers to bytes that are no good request, and that it closes then.
answer refused(uint16_t port, const std::string& bytes) {
  client c(port);
  c.send(bytes);
  auto a = c.receive();
  CHECK(c.rest().empty());
  return a;
}

} // namespace

TEST_CASE("what is no HTTP gets 400 and is closed") {
  fixture server(small_router());
  auto bytes = GENERATE(
      as<std::string>{}, "\x16\x03\x01\x02", "HELLO\r\n", "GET /\r\n", "GET / HTTP/1.1\n",
      "GET /\x01 HTTP/1.1\r\n", "GET  / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n",
      "GET / HTTP/1.1\r\nA : b\r\n\r\n", "GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n",
      "POST / HTTP/1.1\r\nContent-Length: abc\r\n\r\n",
      "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
      "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
      "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
      "FOO /version HTTP/1.1\r\n\r\n");
  CAPTURE(bytes);
  auto a = refused(server.port(), bytes);
  CHECK(a.status == 400);
  CHECK(a.headers.at("content-type") == "text/plain; charset=utf-8");
}

TEST_CASE("an unknown transfer coding is 501 and another HTTP version 505") {
  fixture server(small_router());
  CHECK(refused(server.port(), "POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n").status == 501);
  CHECK(refused(server.port(), "PRI * HTTP/2.0\r\n\r\n").status == 505);
}

TEST_CASE("an oversized request line, head or body is refused while it comes in") {
  fixture server(small_router(), [](server_config& c) { c.max_body = 1000; });
  CHECK(refused(server.port(), "GET /" + std::string(9000, 'a')).status == 414);
  std::string head = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 70; ++i)
    head += "X-Filler: " + std::string(1000, 'a') + "\r\n";
  CHECK(refused(server.port(), head).status == 431);
  CHECK(refused(server.port(), "POST /echo HTTP/1.1\r\nContent-Length: 1001\r\n\r\n").status ==
        413);
  CHECK(refused(server.port(), "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                               "3e8\r\n" +
                                   std::string(1000, 'a') + "\r\n1\r\n")
            .status == 413);
  client c(server.port());
  CHECK(c.ask(post("/echo", std::string(1000, 'a'))).status == 200);
}

TEST_CASE("the refusal of a big body reaches a client that is still sending it") {
  fixture server(small_router(), [](server_config& c) { c.max_body = 1000; });
  client c(server.port());
  c.send(post("/echo", std::string(300'000, 'a')));
  CHECK(c.receive().status == 413);
}

TEST_CASE("bodies of all connections together are bounded and small calls still pass") {
  fixture server(small_router(), [](server_config& c) { c.max_buffered = 4u << 20; });
  std::vector<std::unique_ptr<client>> big;
  auto refusals = [&] { return server.stats().refused; };
  for (int i = 0; i < 8; ++i) {
    big.push_back(std::make_unique<client>(server.port()));
    big.back()->send("POST /echo HTTP/1.1\r\nContent-Length: 2000000\r\n\r\n" +
                     std::string(1'000'000, 'a'));
  }
  CHECK(eventually([&] { return refusals() >= 4; }));
  CHECK(eventually([&] { return server.stats().buffered <= 4u << 20; }));
  client c(server.port());
  CHECK(c.ask(get("/version")).status == 200);
  big.clear();
  CHECK(eventually([&] { return server.stats().buffered < 1000; }));
}

TEST_CASE("a head that trickles and a body that stops are ended with 408") {
  fixture server(small_router(), [](server_config& c) {
    c.head_timeout = milliseconds(50);
    c.body_timeout = milliseconds(50);
  });
  CHECK(refused(server.port(), "GET / HT").status == 408);
  CHECK(refused(server.port(), "POST /echo HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc").status ==
        408);
}

TEST_CASE("connections that say nothing, at first or between requests, are closed in silence") {
  fixture server(small_router(), [](server_config& c) {
    c.first_byte_timeout = milliseconds(50);
    c.idle_timeout = milliseconds(50);
  });
  client mute(server.port());
  CHECK(mute.rest().empty());
  client idle(server.port());
  CHECK(idle.ask(get("/version")).status == 200);
  CHECK(idle.rest().empty());
  CHECK(server.stats().timed_out == 2);
}

TEST_CASE("a client that stops reading its answer is closed") {
  auto body = std::make_shared<const std::string>(32u << 20, 'x');
  router r("master");
  r.get("master", "/big", [&](const request&) {
    return json(std::vector<std::shared_ptr<const std::string>>{body});
  });
  fixture server(std::move(r), [](server_config& c) { c.stall_timeout = milliseconds(100); });
  client c(server.port(), 4096);
  c.send(get("/big"));
  CHECK(eventually([&] { return server.stats().timed_out == 1; }));
  CHECK(eventually([&] { return server.stats().connections == 0; }));
}

TEST_CASE("2,000 silent connections do not keep honest clients out") {
  raise_file_limit();
  fixture server(small_router(), [](server_config& c) { c.max_connections = 1500; });
  std::vector<std::unique_ptr<client>> mute;
  for (int i = 0; i < 2000; ++i) {
    mute.push_back(std::make_unique<client>(server.port()));
    if (i % 100 == 0) {
      client honest(server.port());
      REQUIRE(honest.ask(get("/version")).status == 200);
    }
  }
  client honest(server.port());
  CHECK(honest.ask(get("/version")).status == 200);
  CHECK(eventually([&] { return server.stats().evicted >= 500; }));
  CHECK(server.stats().connections <= 1500);
  CHECK(mute.front()->rest().empty());
}

TEST_CASE("when every connection is busy a new one is told 503") {
  std::vector<responder> held;
  std::mutex mutex;
  auto r = small_router();
  route slow;
  slow.actor = "master";
  slow.path = "/slow";
  slow.handle = [&](const request_ptr&, responder out) {
    std::lock_guard lock(mutex);
    held.push_back(std::move(out));
  };
  r.add(slow);
  fixture server(std::move(r), [](server_config& c) { c.max_connections = 2; });
  client a(server.port());
  client b(server.port());
  a.send(get("/slow"));
  b.send(get("/slow"));
  REQUIRE(eventually([&] { return server.stats().waiting == 2; }));
  client late(server.port());
  CHECK(late.receive().status == 503);
  std::lock_guard lock(mutex);
  held.clear();
}

TEST_CASE("requests beyond the queue of the workers get 503") {
  promised<bool> entered;
  promised<bool> release;
  auto r = small_router();
  r.get("master", "/block", [&](const request&) {
    entered.set(true);
    release.wait();
    return empty(200);
  });
  fixture server(std::move(r), [](server_config& c) {
    c.workers = 1;
    c.queued = 1;
  });
  client running(server.port());
  running.send(get("/block"));
  REQUIRE(entered.wait());
  client queued(server.port());
  queued.send(get("/version"));
  REQUIRE(eventually([&] { return server.stats().requests == 2; }));
  CHECK(refused(server.port(), get("/version")).status == 503);
  release.set(true);
  CHECK(running.receive().status == 200);
  CHECK(queued.receive().status == 200);
}
