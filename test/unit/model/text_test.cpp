#include "model/text.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace troupe;
using namespace std::chrono_literals;

TEST_CASE("a duration parses as a number and a unit") {
  CHECK(*parse_duration("5ns") == 5ns);
  CHECK(*parse_duration("5us") == 5us);
  CHECK(*parse_duration("100ms") == 100ms);
  CHECK(*parse_duration("5secs") == 5s);
  CHECK(*parse_duration("1.5mins") == 90s);
  CHECK(*parse_duration("0.5hrs") == 30min);
  CHECK(*parse_duration("1days") == 24h);
  CHECK(*parse_duration("2weeks") == 336h);
  CHECK(*parse_duration("0secs") == 0ns);
  CHECK(*parse_duration("-3secs") == -3s);
  CHECK(*parse_duration(" 5secs ") == 5s);
  CHECK(*parse_duration("9223372036854775807ns") == std::chrono::nanoseconds::max());
}

TEST_CASE("a bad duration is told from a good one with the reason") {
  CHECK(parse_duration("5").error() ==
        "duration '5' needs a unit: ns, us, ms, secs, mins, hrs, days or weeks");
  CHECK(parse_duration("5 secs").error().find("needs a unit") != std::string::npos);
  CHECK(parse_duration("5sec").error().find("needs a unit") != std::string::npos);
  CHECK(parse_duration("secs").error() == "duration 'secs' does not begin with a number");
  CHECK(parse_duration("1.2.3secs").error() == "duration '1.2.3secs' does not begin with a number");
  CHECK(parse_duration("").error().find("needs a unit") != std::string::npos);
  CHECK(parse_duration("20000weeks").error() == "duration '20000weeks' is out of range");
  CHECK(parse_duration("20000.5weeks").error() == "duration '20000.5weeks' is out of range");
}

TEST_CASE("a duration prints with the largest unit that keeps it exact") {
  CHECK(to_text(0ns) == "0ns");
  CHECK(to_text(1ns) == "1ns");
  CHECK(to_text(1500us) == "1500us");
  CHECK(to_text(1s) == "1secs");
  CHECK(to_text(60s) == "1mins");
  CHECK(to_text(90s) == "90secs");
  CHECK(to_text(10min) == "10mins");
  CHECK(to_text(24h) == "1days");
  CHECK(to_text(168h) == "1weeks");
  CHECK(to_text(-60s) == "-1mins");
}

TEST_CASE("every duration parses back from its text") {
  std::mt19937_64 random{3};
  for (int i = 0; i < 2000; ++i) {
    std::chrono::nanoseconds duration{static_cast<std::int64_t>(random()) >> (random() % 64)};
    REQUIRE(*parse_duration(to_text(duration)) == duration);
  }
  CHECK(*parse_duration(to_text(std::chrono::nanoseconds::min())) ==
        std::chrono::nanoseconds::min());
}

TEST_CASE("sizes are 1024 based in both directions") {
  CHECK(parse_bytes("0B")->count == 0);
  CHECK(parse_bytes("512B")->count == 512);
  CHECK(parse_bytes("4KB")->count == 4096);
  CHECK(parse_bytes("2GB")->count == 2ULL << 30);
  CHECK(parse_bytes("3TB")->count == 3ULL << 40);
  CHECK(to_text(byte_size{0}) == "0B");
  CHECK(to_text(byte_size{2ULL << 30}) == "2GB");
  CHECK(to_text(byte_size{1536ULL << 20}) == "1536MB");
  CHECK(to_text(byte_size{1025}) == "1025B");
}

TEST_CASE("a bad size is refused with the reason") {
  CHECK(parse_bytes("2").error() == "size '2' needs a unit: B, KB, MB, GB or TB");
  CHECK(parse_bytes("2gb").error() == "size '2gb' needs a unit: B, KB, MB, GB or TB");
  CHECK(parse_bytes("1.5GB").error() ==
        "size '1.5GB' does not begin with a whole number that fits");
  CHECK(parse_bytes("-1GB").error() == "size '-1GB' does not begin with a whole number that fits");
  CHECK(parse_bytes("GB").error() == "size 'GB' does not begin with a whole number that fits");
  CHECK(parse_bytes("99999999TB").error() == "size '99999999TB' is out of range");
}

TEST_CASE("attributes take the type that their value looks like") {
  auto list = parse_attributes("rack:r1; cores:4.5;ids:[1-3];tags:{b, a};url:http://x:80;");
  REQUIRE(list);
  std::vector<attribute> expected{{"rack", std::string("r1")},
                                  {"cores", 4.5},
                                  {"ids", ranges{{1, 3}}},
                                  {"tags", string_set{"a", "b"}},
                                  {"url", std::string("http://x:80")}};
  CHECK(*list == expected);
}

TEST_CASE("attributes may repeat a name and words like inf are text") {
  auto list = parse_attributes("zone:a;zone:inf;zone:nan;zone:4x");
  REQUIRE(list);
  REQUIRE(list->size() == 4);
  for (const auto& item : *list)
    CHECK(std::holds_alternative<std::string>(item.value));
}

TEST_CASE("attributes print as they parse") {
  for (auto* text : {"rack:r1;cores:4.5;ids:[1-3, 7-9];tags:{a, b}", "n:1e+30", ""})
    CHECK(to_text(*parse_attributes(text)) == text);
}

TEST_CASE("a bad attribute is named in the error") {
  CHECK(parse_attributes("rack:r1;zone").error() == "bad attribute 'zone': expected name:value");
  CHECK(parse_attributes(":x").error() == "bad attribute ':x': the name is missing");
  CHECK(parse_attributes("x:").error() == "bad attribute 'x:': the value is missing");
  CHECK(parse_attributes("x:[1-").error() ==
        "bad attribute 'x:[1-': '[1-' is not of the form [1-2, 5-9]");
  CHECK(parse_attributes("x:{a").error() == "bad attribute 'x:{a': '{a' is not of the form {a, b}");
}
