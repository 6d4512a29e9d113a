#include "http/operation_routes.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::http;

TEST_CASE("a JSON array of resources is read in either form of reservations") {
  auto list = read_resource_array(
      R"( [{"name":"cpus","type":"SCALAR","scalar":{"value":1},"role":"ops","reservation":{}},
           {"name":"mem","type":"SCALAR","scalar":{"value":64},
            "reservations":[{"type":"DYNAMIC","role":"ops"}]}] )");
  REQUIRE(list);
  REQUIRE(list->size() == 2);
  CHECK(list->Get(0).has_reservation());
  CHECK(list->Get(1).reservations(0).role() == "ops");
}

TEST_CASE("what is no JSON array of resources is refused") {
  auto text = GENERATE(as<std::string>{}, "", " ", "x", "{}", "1", "[", "[1]", "[{}]",
                       R"([{"name":"cpus"}])", R"([],"resources":[])");
  CHECK_FALSE(read_resource_array(text));
}

TEST_CASE("a text of a million brackets is refused, nothing more") {
  CHECK_FALSE(read_resource_array(std::string(1000000, '[')));
  CHECK_FALSE(read_resource_array(std::string(1000000, '[') + std::string(1000000, ']')));
}
