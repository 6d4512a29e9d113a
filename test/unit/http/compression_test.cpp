#include "client.hpp"
#include "http/compression.hpp"

#include <catch2/catch.hpp>

using namespace http_test;

namespace {

bool anything(size_t) {
  return true;
}

std::string zipped(const std::string& s) {
  return compress({s}).value();
}

std::string unzipped(const std::string& s) {
  std::string out;
  REQUIRE(decompress(s, 1u << 30, out, anything) == inflate_result::ok);
  return out;
}

} // namespace

TEST_CASE("JSON of 1,024 bytes or more is gzipped for clients that take it") {
  router r("master");
  auto body = GENERATE(as<std::string>{}, std::string(1023, '1'), std::string(1024, '1'));
  r.get("master", "/j", [&](const request&) { return json(body); });
  fixture server(std::move(r));
  client c(server.port());
  auto a = c.ask(get("/j", "Accept-Encoding: gzip\r\n"));
  CHECK(a.has("content-encoding") == (body.size() >= 1024));
  CHECK((a.has("content-encoding") ? unzipped(a.body) : a.body) == body);
}

TEST_CASE("gzip follows Accept-Encoding and never becomes brotli") {
  fixture server(small_router());
  auto [accept, gzip] = GENERATE(table<std::string, bool>({{"gzip", true},
                                                           {"GZIP", true},
                                                           {"*", true},
                                                           {"br, gzip;q=0.1", true},
                                                           {"br", false},
                                                           {"deflate", false},
                                                           {"gzip;q=0", false},
                                                           {"*, gzip;q=0", false},
                                                           {"identity", false}}));
  CAPTURE(accept);
  client c(server.port());
  auto a = c.ask(get("/state", "Accept-Encoding: " + accept + "\r\n"));
  CHECK(a.has("content-encoding") == gzip);
  if (gzip)
    CHECK(a.headers.at("content-encoding") == "gzip");
}

TEST_CASE("gzipped answers keep JSONP, HEAD and shared fragments right") {
  auto part = std::make_shared<const std::string>(2000, '7');
  router r("master");
  r.get("master", "/j", [&](const request&) {
    return json(std::vector<std::shared_ptr<const std::string>>{part, part});
  });
  fixture server(std::move(r));
  client c(server.port());
  auto a = c.ask(get("/j?jsonp=cb", "Accept-Encoding: gzip\r\n"));
  CHECK(unzipped(a.body) == "cb(" + std::string(4000, '7') + ")");
  c.send("HEAD /j?jsonp=cb HTTP/1.1\r\nAccept-Encoding: gzip\r\n\r\n");
  CHECK(c.receive(false).headers.at("content-length") == std::to_string(a.body.size()));
}

TEST_CASE("gzipped and deflated request bodies arrive plain, several members too") {
  fixture server(small_router());
  client c(server.port());
  CHECK(c.ask(post("/echo", zipped("hello"), "Content-Encoding: gzip\r\n")).body == "hello");
  CHECK(c.ask(post("/echo", zipped("hello ") + zipped("you"), "Content-Encoding: gzip\r\n")).body ==
        "hello you");
}

TEST_CASE("a bad or cut gzip body and an unknown coding are 400") {
  fixture server(small_router());
  client c(server.port());
  auto good = zipped("hello");
  CHECK(c.ask(post("/echo", "{}", "Content-Encoding: gzip\r\n")).status == 400);
  CHECK(
      c.ask(post("/echo", good.substr(0, good.size() - 3), "Content-Encoding: gzip\r\n")).status ==
      400);
  CHECK(c.ask(post("/echo", "{}", "Content-Encoding: br\r\n")).status == 400);
  CHECK(c.ask(get("/version")).status == 200);
}

TEST_CASE("a small body that expands beyond the limit is 413 and never held") {
  fixture server(small_router(), [](server_config& c) { c.max_body = 1u << 20; });
  client c(server.port());
  auto bomb = zipped(std::string(64u << 20, '\0'));
  REQUIRE(bomb.size() < 1u << 20);
  CHECK(c.ask(post("/echo", bomb, "Content-Encoding: gzip\r\n")).status == 413);
}

TEST_CASE("expanded bodies count against the budget of all connections") {
  fixture server(small_router(), [](server_config& c) { c.max_buffered = 1u << 20; });
  client c(server.port());
  auto body = zipped(std::string(2u << 20, 'x'));
  CHECK(c.ask(post("/echo", body, "Content-Encoding: gzip\r\n")).status == 503);
  CHECK(eventually([&] { return server.stats().buffered < 1000; }));
}
