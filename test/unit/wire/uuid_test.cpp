#include "wire/uuid.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace troupe::wire;

TEST_CASE("a UUID is made of the given bits with version 4 and its variant") {
  auto bytes = make_uuid(0x0011223344556677, 0x8899aabbccddeeff);
  CHECK(bytes.size() == uuid_size);
  CHECK(uuid_to_text(bytes) == "00112233-4455-4677-8899-aabbccddeeff");
  CHECK(uuid_to_text(make_uuid(0, 0)) == "00000000-0000-4000-8000-000000000000");
  CHECK(uuid_to_text(make_uuid(UINT64_MAX, UINT64_MAX)) == "ffffffff-ffff-4fff-bfff-ffffffffffff");
}

TEST_CASE("a UUID's text reads back in either case") {
  auto bytes = make_uuid(0x0123456789abcdef, 0xfedcba9876543210);
  CHECK(uuid_from_text(uuid_to_text(bytes)) == bytes);
  CHECK(uuid_from_text("01234567-89AB-4DEF-BEDC-BA9876543210") == bytes);
}

TEST_CASE("text of another form is no UUID") {
  auto text =
      GENERATE("", "x", "0123456789ab4defbedcba9876543210", "01234567-89ab-4def-bedc-ba987654321",
               "01234567-89ab-4def-bedc-ba98765432100", "01234567-89ab-4def-bedc-ba987654321g",
               "01234567+89ab-4def-bedc-ba9876543210", "0123456-789ab-4def-bedc-ba9876543210");
  CHECK(uuid_from_text(text) == std::nullopt);
}

TEST_CASE("fresh UUIDs are of version 4 and differ") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    auto text = random_uuid_text();
    REQUIRE(text.size() == 36);
    REQUIRE(text[14] == '4');
    REQUIRE(std::string_view{"89ab"}.find(text[19]) != std::string_view::npos);
    REQUIRE(seen.insert(text).second);
  }
}
