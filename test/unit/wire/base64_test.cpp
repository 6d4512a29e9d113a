#include "wire/base64.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace troupe::wire;

TEST_CASE("base64 has the values of RFC 4648") {
  struct row {
    const char* bytes;
    const char* text;
  };
  auto [bytes, text] = GENERATE(values<row>({{"", ""},
                                             {"f", "Zg=="},
                                             {"fo", "Zm8="},
                                             {"foo", "Zm9v"},
                                             {"foob", "Zm9vYg=="},
                                             {"fooba", "Zm9vYmE="},
                                             {"foobar", "Zm9vYmFy"},
                                             {"\xfb\xff", "+/8="}}));
  CHECK(encode_base64(bytes) == text);
  CHECK(decode_base64(text) == std::string{bytes});
}

TEST_CASE("base64 of any bytes reads back") {
  std::mt19937 random{1};
  for (std::size_t size = 0; size < 300; ++size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i)
      bytes += static_cast<char>(random());
    REQUIRE(decode_base64(encode_base64(bytes)) == bytes);
  }
}

TEST_CASE("text that no encoder writes is refused as base64") {
  auto text = GENERATE("A", "AA", "AAA", "A===", "AA=", "AAAAA", "====", "=AAA", "A=AA", "AA=A",
                       "AAAA====", "AA==AAAA", "A A=", "AAA\n", "-_8=", "!!!!", "\xff\xff\xff\xff",
                       "AB==", "AAB=");
  CHECK(decode_base64(text) == std::nullopt);
}
