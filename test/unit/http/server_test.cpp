#include "client.hpp"

#include <catch2/catch.hpp>
#include <thread>
#include <vector>

using namespace http_test;

TEST_CASE("a request split into single bytes is answered once it is complete") {
  fixture server(small_router());
  client c(server.port());
  for (char byte : post("/echo", "hello"))
    c.send(std::string_view(&byte, 1));
  auto a = c.receive();
  CHECK(a.status == 200);
  CHECK(a.body == "hello");
}

TEST_CASE("an answer carries Date, an exact Content-Length and no keep-alive noise") {
  fixture server(small_router(), [](server_config& c) {
    c.clock = [] { return std::chrono::system_clock::from_time_t(1795386443); };
  });
  client c(server.port());
  auto a = c.ask(get("/version"));
  CHECK(a.body == R"({"version":"1.7.0"})");
  CHECK(a.headers.at("date") == "Sun, 22 Nov 2026 22:27:23 GMT");
  CHECK(a.headers.at("content-type") == "application/json");
  CHECK(a.headers.size() == 3);
}

TEST_CASE("pipelined requests are answered in order on one connection") {
  fixture server(small_router());
  client c(server.port());
  std::string all;
  for (int i = 0; i < 100; ++i)
    all += post("/echo", std::to_string(i));
  c.send(all);
  for (int i = 0; i < 100; ++i)
    REQUIRE(c.receive().body == std::to_string(i));
}

TEST_CASE("a connection stays open for the next request and closes when asked to") {
  fixture server(small_router());
  client c(server.port());
  CHECK(c.ask(get("/version")).status == 200);
  auto last = c.ask(get("/version", "Connection: close\r\n"));
  CHECK(last.headers.at("connection") == "close");
  CHECK(c.rest().empty());
  CHECK(server.stats().accepted == 1);
}

TEST_CASE("an HTTP/1.0 client is answered and closed unless it asks for keep-alive") {
  fixture server(small_router());
  client plain(server.port());
  CHECK(plain.ask("GET /version HTTP/1.0\r\n\r\n").status == 200);
  CHECK(plain.rest().empty());
  client kept(server.port());
  auto request = "GET /version HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n";
  CHECK(kept.ask(request).headers.at("connection") == "keep-alive");
  CHECK(kept.ask(request).status == 200);
}

TEST_CASE("a client that has finished writing still gets its answer") {
  fixture server(small_router());
  client c(server.port());
  c.send(get("/version"));
  c.finish_writing();
  CHECK(c.receive().status == 200);
}

TEST_CASE("a chunked body arrives whole, with extensions and trailers left out") {
  fixture server(small_router());
  client c(server.port());
  auto a = c.ask("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "5;a=b\r\nhello\r\n1\r\n \r\n6\r\nworld!\r\n0\r\nX-Sum: 1\r\n\r\n");
  CHECK(a.body == "hello world!");
  CHECK(c.ask(get("/version")).status == 200);
}

TEST_CASE("Expect: 100-continue is answered before the body is sent") {
  fixture server(small_router());
  client c(server.port());
  c.send("POST /echo HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  CHECK(c.until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  auto a = c.ask("ok");
  CHECK(a.status == 200);
  CHECK(a.body == "ok");
}

TEST_CASE("HEAD gives the head of GET without its body") {
  fixture server(small_router());
  client c(server.port());
  c.send("HEAD /version HTTP/1.1\r\n\r\n" + get("/version"));
  auto head = c.receive(false);
  auto whole = c.receive();
  CHECK(head.headers.at("content-length") == std::to_string(whole.body.size()));
  CHECK(head.head == whole.head);
}

TEST_CASE("an answer without a body has Content-Length 0 and no Content-Type") {
  router r("master");
  r.get("master", "/call", [](const request&) { return empty(202); });
  fixture server(std::move(r));
  client c(server.port());
  auto a = c.ask(post("/call", "{}"));
  CHECK(a.head.starts_with("HTTP/1.1 202 Accepted\r\n"));
  CHECK(a.headers.at("content-length") == "0");
  CHECK_FALSE(a.has("content-type"));
  CHECK(c.ask(post("/call", "{}")).status == 202);
}

TEST_CASE("a handler's exception gives a plain 500 that does not tell its text") {
  fixture server(small_router());
  client c(server.port());
  auto a = c.ask(get("/fail"));
  CHECK(a.status == 500);
  CHECK((a.head + a.body).find("secret") == std::string::npos);
  CHECK(c.ask(get("/version")).status == 200);
}

TEST_CASE("a deferred answer is sent when it comes and holds no worker meanwhile") {
  promised<responder> waiting;
  auto r = small_router();
  route slow;
  slow.actor = "master";
  slow.path = "/slow";
  slow.handle = [&](const request_ptr&, responder out) { waiting.set(std::move(out)); };
  r.add(slow);
  fixture server(std::move(r), [](server_config& c) { c.workers = 1; });
  client patient(server.port());
  patient.send(get("/slow?jsonp=cb"));
  auto later = waiting.wait();
  REQUIRE(later);
  client other(server.port());
  CHECK(other.ask(get("/version")).status == 200);
  CHECK(server.stats().waiting == 1);
  std::thread([&] { CHECK((*later)(json("{}"))); }).join();
  CHECK(patient.receive().body == "cb({})");
  CHECK_FALSE((*later)(json("[]")));
}

TEST_CASE("a request that its handler forgets is answered 500") {
  router r("master");
  route lost;
  lost.actor = "master";
  lost.path = "/lost";
  lost.handle = [](const request_ptr&, const responder&) {};
  r.add(lost);
  fixture server(std::move(r));
  client c(server.port());
  CHECK(c.ask(get("/lost")).status == 500);
}

TEST_CASE("a shared body of many fragments arrives unchanged") {
  auto part = std::make_shared<const std::string>(100'000, 'x');
  router r("master");
  r.get("master", "/big", [&](const request&) {
    return json(std::vector<std::shared_ptr<const std::string>>(300, part));
  });
  fixture server(std::move(r));
  client c(server.port(), 4096);
  auto a = c.ask(get("/big"));
  CHECK(a.body.size() == 30'000'000);
  CHECK(a.body.find_first_not_of('x') == std::string::npos);
}

TEST_CASE("a second server on the same port fails and says where") {
  fixture server(small_router());
  server_config config;
  config.address = "127.0.0.1";
  config.port = server.port();
  troupe::http::server second(config, small_router());
  auto port = second.start();
  REQUIRE_FALSE(port);
  auto text = to_string(port.error());
  CHECK(text.find("127.0.0.1:" + std::to_string(config.port)) != std::string::npos);
  CHECK(text.find("in use") != std::string::npos);
}

TEST_CASE("an address that is no number is refused with its text") {
  server_config config;
  config.address = "localhost";
  troupe::http::server s(config, small_router());
  auto port = s.start();
  REQUIRE_FALSE(port);
  CHECK(to_string(port.error()).find("localhost") != std::string::npos);
}

TEST_CASE("stopping answers nobody, joins and lets late answers go") {
  promised<responder> waiting;
  router r("master");
  route slow;
  slow.actor = "master";
  slow.path = "/slow";
  slow.handle = [&](const request_ptr&, responder out) { waiting.set(std::move(out)); };
  r.add(slow);
  auto server = std::make_unique<fixture>(std::move(r));
  client c(server->port());
  c.send(get("/slow"));
  auto later = waiting.wait();
  REQUIRE(later);
  server->get().stop();
  CHECK(c.rest().empty());
  CHECK((*later)(json("{}")));
}
