#include "allocator/allocation_policy.hpp"

#include "local_allocator.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::allocator;

TEST_CASE("the default minimum is a hundredth of a cpu or 32 MB") {
  auto minimum = default_minimum_allocatable();
  CHECK(minimum.met_by(bag("cpus:0.01")));
  CHECK(minimum.met_by(bag("mem:32")));
  CHECK_FALSE(minimum.met_by(bag("cpus:0.009;mem:31;disk:1000")));
  auto parsed = parse_minimum_allocatable("cpus:0.01|mem:32");
  REQUIRE(parsed);
  CHECK(parsed->sets == minimum.sets);
}

TEST_CASE("all quantities of a set must be there, reserved and unreserved taken together") {
  auto minimum = parse_minimum_allocatable("cpus:1;mem:32|gpus:1");
  REQUIRE(minimum);
  CHECK(minimum->met_by(bag("cpus:0.5;cpus(eng):0.5;mem:32")));
  CHECK_FALSE(minimum->met_by(bag("cpus:1;mem:31")));
  CHECK(minimum->met_by(bag("gpus:1")));
}

TEST_CASE("ranges and sets count their elements") {
  auto minimum = parse_minimum_allocatable("ports:3");
  REQUIRE(minimum);
  CHECK(minimum->met_by(bag("ports:[10-12]")));
  CHECK_FALSE(minimum->met_by(bag("ports:[10-10, 20-20]")));
}

TEST_CASE("an empty text is no minimum, but nothing is never enough") {
  auto minimum = parse_minimum_allocatable("");
  REQUIRE(minimum);
  CHECK(minimum->met_by(bag("disk:1")));
  CHECK_FALSE(minimum->met_by({}));
}

TEST_CASE("a minimum that cannot be read is refused with the bad piece") {
  for (auto text : {"cpus", "cpus:x", "ports:[1-2]", "cpus(eng):1", "cpus:1|", "cpus:0"}) {
    INFO(text);
    CHECK_FALSE(parse_minimum_allocatable(text));
  }
  CHECK(parse_minimum_allocatable("cpus:1|mem:x").error().find("mem") != std::string::npos);
}
