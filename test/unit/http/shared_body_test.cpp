#include "client.hpp"
#include "http/compression.hpp"
#include "http/shared_body.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace http_test;

namespace {

fragment part(std::string text) {
  return std::make_shared<const body_part>(std::move(text));
}

std::string unzipped(const std::string& bytes) {
  std::string out;
  REQUIRE(decompress(bytes, 1u << 30, out, [](size_t) { return true; }) == inflate_result::ok);
  return out;
}

/// Members in a gzip file begin with this; a deflate stream of ours has it by chance only.
std::size_t members(const std::string& bytes) {
  std::size_t count = 0;
  const std::string begin = "\x1f\x8b\x08";
  for (auto at = bytes.find(begin); at != bytes.npos; at = bytes.find(begin, at + 1))
    ++count;
  return count;
}

shared_body_ptr some_body() {
  body_builder out;
  out.add("[");
  for (int i = 0; i < 300; ++i) {
    out.add(i == 0 ? "" : ",");
    out.add(part("\"" + std::string(2000, static_cast<char>('a' + i % 26)) + "\""));
  }
  out.add("]");
  return out.finish();
}

} // namespace

TEST_CASE("a shared body of many parts arrives whole, through JSONP too, again and again") {
  const auto body = some_body();
  router r("master");
  r.get("master", "/j", [&](const request&) { return json(body); });
  fixture server(std::move(r));
  client c(server.port());
  for (int i = 0; i < 3; ++i) {
    CHECK(c.ask(get("/j")).body == body->text());
    auto wrapped = c.ask(get("/j?jsonp=cb"));
    CHECK(wrapped.body == "cb(" + body->text() + ")");
    CHECK(wrapped.headers.at("content-type") == "text/javascript");
  }
}

TEST_CASE("a shared body is gzipped as one member, with JSONP and HEAD right") {
  const auto body = some_body();
  router r("master");
  r.get("master", "/j", [&](const request&) { return json(body); });
  fixture server(std::move(r));
  client c(server.port());
  auto plain = c.ask(get("/j", "Accept-Encoding: gzip\r\n"));
  CHECK(plain.headers.at("content-encoding") == "gzip");
  CHECK(unzipped(plain.body) == body->text());
  CHECK(members(plain.body) == 1);
  auto wrapped = c.ask(get("/j?jsonp=cb", "Accept-Encoding: gzip\r\n"));
  CHECK(unzipped(wrapped.body) == "cb(" + body->text() + ")");
  c.send("HEAD /j HTTP/1.1\r\nAccept-Encoding: gzip\r\n\r\n");
  CHECK(c.receive(false).headers.at("content-length") == std::to_string(plain.body.size()));
}

TEST_CASE("an answer without a body tells no length when it is 304") {
  router r("master");
  r.get("master", "/j", [&](const request&) { return empty(304); });
  fixture server(std::move(r));
  client c(server.port());
  c.send("GET /j HTTP/1.1\r\n\r\n");
  auto a = c.receive(false);
  CHECK(a.status == 304);
  CHECK_FALSE(a.has("content-length"));
  c.send("GET /j HTTP/1.1\r\n\r\n");
  CHECK(c.receive(false).status == 304); // the connection goes on
}

TEST_CASE("pieces of a deflate stream give their texts in any order") {
  std::mt19937 dice(7);
  std::string wanted;
  gzip_joiner out;
  for (int i = 0; i < 200; ++i) {
    std::string text;
    const auto length = i % 3 == 0 ? dice() % 4 : dice() % 100'000;
    const auto letters = 1 + dice() % 255;
    for (std::size_t k = 0; k < length; ++k)
      text += static_cast<char>(dice() % letters);
    out.add(text, deflate_piece(text));
    wanted += text;
  }
  CHECK(unzipped(out.finish()) == wanted);
}

TEST_CASE("a body has no empty parts and small ones stand together") {
  body_builder out;
  out.add("a");
  out.add(part("b"));
  out.add(part(""));
  out.add("c");
  const auto big = part(std::string(5000, 'x'));
  out.add(big);
  out.add(big);
  const auto body = out.finish();
  REQUIRE(body->parts().size() == 3);
  CHECK(body->parts()[0]->text() == "abc");
  CHECK(body->parts()[1] == big);
  CHECK(body->size() == 10'003);
  body_builder nothing;
  CHECK(nothing.finish()->size() == 0);
}
