#include "wire/recordio.hpp"

#include <catch2/catch.hpp>

#include <cstdint>

using namespace troupe::wire;

namespace {

using records = std::vector<std::string>;

/// The error of feeding `bytes` to a decoder with that limit; empty if there is none.
std::string refusal(std::string_view bytes, std::size_t limit = 1000) {
  record_decoder decoder{limit};
  records out;
  return decoder.push(bytes, out).error();
}

} // namespace

TEST_CASE("a record is its length, a line feed and its bytes") {
  CHECK(encode_record("") == "0\n");
  CHECK(encode_record("{\"type\":\"HEARTBEAT\"}") == "20\n{\"type\":\"HEARTBEAT\"}");
  std::string stream;
  append_record(stream, "a\n");
  append_record(stream, "b");
  CHECK(stream == "2\na\n1\nb");
}

TEST_CASE("records come out the same wherever the stream is cut") {
  records sent{"hello", "", std::string(11, '\n'), "12\n", std::string{"\0\xff", 2}};
  std::string stream;
  for (const auto& record : sent)
    append_record(stream, record);
  for (std::size_t first = 0; first <= stream.size(); ++first) {
    for (std::size_t second = first; second <= stream.size(); ++second) {
      record_decoder decoder{11};
      records got;
      auto view = std::string_view{stream};
      REQUIRE(decoder.push(view.substr(0, first), got));
      REQUIRE(decoder.push(view.substr(first, second - first), got));
      REQUIRE(decoder.push(view.substr(second), got));
      REQUIRE(got == sent);
      REQUIRE(decoder.at_boundary());
    }
  }
}

TEST_CASE("records come out of a stream that arrives byte by byte") {
  record_decoder decoder{10};
  records got;
  for (char c : std::string_view{"3\nabc0\n1\nx"})
    REQUIRE(decoder.push({&c, 1}, got));
  CHECK(got == records{"abc", "", "x"});
}

TEST_CASE("a decoder knows whether the stream ended inside a record") {
  record_decoder decoder{10};
  records got;
  CHECK(decoder.at_boundary());
  REQUIRE(decoder.push("2", got));
  CHECK_FALSE(decoder.at_boundary());
  REQUIRE(decoder.push("\n", got));
  CHECK_FALSE(decoder.at_boundary());
  REQUIRE(decoder.push("ab", got));
  CHECK(decoder.at_boundary());
}

TEST_CASE("a record as long as the limit is taken and a longer one refused at its last digit") {
  CHECK(refusal("10\n0123456789", 10).empty());
  CHECK(refusal("11", 10) == "record is longer than the limit of 10 bytes");
  CHECK(refusal("1", 10).empty());
  CHECK(refusal("1", 0) == "record is longer than the limit of 0 bytes");
  CHECK(refusal("0\n", 0).empty());
}

TEST_CASE("no length overflows") {
  CHECK_FALSE(refusal("18446744073709551616", SIZE_MAX).empty());
  CHECK(refusal("18446744073709551615", SIZE_MAX).empty());
  CHECK_FALSE(refusal("99999999999999999999", SIZE_MAX).empty());
}

TEST_CASE("leading zeros are no way to send an endless length") {
  CHECK(refusal("0005\nabcde").empty());
  CHECK(refusal(std::string(21, '0')) == "record length has more than 20 digits");
}

TEST_CASE("a length line that is no number is refused") {
  auto text = GENERATE("x", "-1\n", "+1\n", " 1\n", "1 \n", "1\r\n", "0x1\n", "1.0\n", "{}");
  CHECK(refusal(text) == "record length has a character that is no digit");
}

TEST_CASE("an empty length line is refused") {
  CHECK(refusal("\n") == "record without a length");
  CHECK(refusal("1\na\n") == "record without a length");
}

TEST_CASE("records before a fault are delivered and nothing after it") {
  record_decoder decoder{10};
  records got;
  CHECK_FALSE(decoder.push("1\na1\nbx1\nc", got));
  CHECK(got == records{"a", "b"});
  auto again = decoder.push("1\nd", got);
  CHECK(again.error() == "record length has a character that is no digit");
  CHECK(got.size() == 2);
  CHECK_FALSE(decoder.at_boundary());
}
