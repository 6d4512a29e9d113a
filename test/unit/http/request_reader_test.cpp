#include "http/request_reader.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace troupe::http;
using state = request_reader::state;

namespace {

const std::string three = "\r\nPOST /a HTTP/1.1\r\nContent-Length: 5\r\nX: y\r\n\r\nhello"
                          "POST /b HTTP/1.1\r\nTransfer-Encoding: "
                          "chunked\r\n\r\n3\r\nabc\r\n0002;x\r\nde\r\n0\r\nT: 1\r\n\r\n"
                          "GET http://h/c?d HTTP/1.0\r\n\r\n";

std::string summary(const raw_request& r) {
  return r.method + " " + r.target + " " + r.body + (r.http_1_0 ? " old" : "") +
         (r.keep_alive ? " kept" : "") + ";";
}

} // namespace

TEST_CASE("requests are the same however their bytes are split") {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    request_reader reader({});
    std::string seen;
    for (size_t at = 0; at < three.size();) {
      auto n = std::uniform_int_distribution<size_t>(1, round % 40 + 1)(random);
      reader.append(std::string_view(three).substr(at, n));
      at += n;
      while (reader.current() == state::complete)
        seen += summary(reader.take());
    }
    REQUIRE(seen == "POST /a hello kept;POST /b abcde kept;GET /c?d  old;");
    REQUIRE(reader.current() == state::idle);
    REQUIRE(reader.buffered() == 0);
  }
}

TEST_CASE("random damage never gets more than an error out of the reader") {
  std::mt19937 random(11);
  std::uniform_int_distribution<int> byte(0, 255);
  int failed = 0;
  for (int round = 0; round < 5000; ++round) {
    auto bytes = three;
    for (int i = 0; i < 3; ++i)
      bytes[random() % bytes.size()] = static_cast<char>(byte(random));
    request_reader reader(read_limits{100, 200, 100});
    reader.append(bytes);
    while (reader.current() == state::complete)
      reader.take();
    if (reader.current() == state::failed) {
      ++failed;
      REQUIRE(reader.error_status() >= 400);
      REQUIRE(reader.buffered() == 0);
    }
    REQUIRE(reader.buffered() <= bytes.size());
  }
  CHECK(failed > 1000);
}

TEST_CASE("a body of tiny chunks costs time in proportion to its size") {
  std::string bytes = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 1'000'000; ++i)
    bytes += "1\r\nx\r\n";
  bytes += "0\r\n\r\n";
  request_reader reader({});
  for (size_t at = 0; at < bytes.size(); at += 65536)
    reader.append(std::string_view(bytes).substr(at, 65536));
  REQUIRE(reader.current() == state::complete);
  CHECK(reader.take().body.size() == 1'000'000);
}

TEST_CASE("the state tells how far a request is") {
  request_reader reader({});
  CHECK(reader.current() == state::idle);
  CHECK(reader.append("POST / HTTP/1.1\r\nExpect: 100-continue\r\n") == state::head);
  CHECK(reader.append("Content-Length: 2\r\n\r\n") == state::body);
  CHECK(reader.wants_continue());
  CHECK_FALSE(reader.wants_continue());
  CHECK(reader.append("ab") == state::complete);
}

TEST_CASE("a quiet reader after a big body holds no memory") {
  request_reader reader({});
  reader.append("POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n");
  reader.append(std::string(1'000'000, 'x'));
  REQUIRE(reader.current() == state::complete);
  CHECK(reader.buffered() >= 1'000'000);
  reader.take();
  CHECK(reader.buffered() == 0);
}
