#include "http/media_type.hpp"

#include <catch2/catch.hpp>

using namespace troupe::http;

namespace {

request with(const std::string& header, const std::string& value) {
  request q;
  q.headers.add(header, value);
  return q;
}

} // namespace

TEST_CASE("a v1 body has exactly one of two types") {
  CHECK(check_content_type(with("content-type", "application/json")).type == media_type::json);
  CHECK(check_content_type(with("Content-Type", "application/x-protobuf")).type ==
        media_type::protobuf);
  CHECK(check_content_type(request{}).refusal->status == 400);
  CHECK(check_content_type(with("Content-Type", "")).refusal->status == 400);
  for (auto other : {"application/json; charset=utf-8", "Application/JSON", "text/html", "*/*"}) {
    CAPTURE(other);
    auto check = check_content_type(with("Content-Type", other));
    REQUIRE(check.refusal);
    CHECK(check.refusal->status == 415);
  }
}

TEST_CASE("Accept picks the type of the answer") {
  auto json = media_type::json;
  auto protobuf = media_type::protobuf;
  auto [accept, type] = GENERATE_COPY(table<std::string, std::optional<media_type>>({
      {"application/json", json},
      {"application/x-protobuf", protobuf},
      {"*/*", json},
      {"*", json},
      {"application/*", json},
      {"APPLICATION/JSON", json},
      {"application/json; charset=utf-8", json},
      {"application/json, application/x-protobuf", json},
      {"application/x-protobuf, application/json", json},
      {"application/x-protobuf;q=0.5, application/json", json},
      {"application/x-protobuf, application/json;q=0.9", protobuf},
      {"application/x-protobuf;q=0.501, application/json;q=0.5", protobuf},
      {"*/*, application/json;q=0.1", protobuf},
      {"application/json;q=0, */*", protobuf},
      {"text/html, */*;q=0.1", json},
      {"text/html", std::nullopt},
      {"text/*", std::nullopt},
      {"application/json;q=0", std::nullopt},
      {"application/json;q=x", std::nullopt},
      {"", std::nullopt},
  }));
  CAPTURE(accept);
  CHECK(negotiate(with("Accept", accept)) == type);
}

TEST_CASE("no Accept accepts everything and several are one list") {
  CHECK(negotiate(request{}) == media_type::json);
  auto q = with("Accept", "text/html");
  q.headers.add("accept", "application/x-protobuf");
  CHECK(negotiate(q) == media_type::protobuf);
}

TEST_CASE("the offer and the header to look at can be chosen") {
  auto q = with("Message-Accept", "application/json");
  CHECK(negotiate(q, {media_type::recordio}, "Message-Accept") == std::nullopt);
  CHECK(negotiate(with("Accept", "application/recordio"),
                  {media_type::json, media_type::recordio}) == media_type::recordio);
}
