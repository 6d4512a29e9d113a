#include "model/ids.hpp"
#include "model/roles.hpp"

#include <catch2/catch.hpp>

#include <sstream>
#include <unordered_set>

using namespace troupe;

TEST_CASE("an id has a value, an order, a hash and a text") {
  task_id a{"a"};
  task_id b{"b"};
  CHECK(a < b);
  CHECK(a == task_id{"a"});
  CHECK(a != b);
  CHECK(task_id{}.empty());
  std::unordered_set<task_id> seen{a, b, task_id{"a"}};
  CHECK(seen.size() == 2);
  std::ostringstream out;
  out << b;
  CHECK(out.str() == "b");
}

TEST_CASE("ids of different kinds do not convert into each other") {
  CHECK_FALSE(std::is_convertible_v<task_id, agent_id>);
  CHECK_FALSE(std::is_constructible_v<framework_id, executor_id>);
  CHECK_FALSE(std::is_convertible_v<std::string, task_id>);
}

TEST_CASE("an id may have anything but separators, control characters and dots alone") {
  for (auto* fine : {"a", "task-1", "...", ".hidden", "with space", "{x}", "\xc3\xa9"})
    CHECK_FALSE(check_id(fine).has_value());
  CHECK_FALSE(check_id(std::string(255, 'x')).has_value());
  for (auto* bad : {"", ".", "..", "a/b", "a\\b", "a\nb", "\x7f"})
    CHECK(check_id(bad).has_value());
  CHECK(check_id(std::string(256, 'x')) ==
        "an id must not be longer than 255 bytes, this one has 256");
  CHECK(check_id(std::string_view("a\0b", 3)).has_value());
}

TEST_CASE("a container id is an id of 242 bytes without dots and spaces") {
  CHECK_FALSE(check_container_id(std::string(242, 'x')).has_value());
  CHECK(check_container_id(std::string(243, 'x')).has_value());
  CHECK(check_container_id("a.b").has_value());
  CHECK(check_container_id("a b").has_value());
  CHECK(check_container_id("a/b").has_value());
}

TEST_CASE("a role is a star or a path of plain components") {
  for (auto* fine : {"*", "eng", "eng/web", "a/b/c/d", "a-b", "a.b", "...", "**", "\xc3\xa9"})
    CHECK_FALSE(check_role(fine).has_value());
  for (auto* bad : {"",    "/",  "/a",   "a/",  "a//b", ".",    "..",   "a/.",  "a/../b", "a/*",
                    "*/a", "-a", "a/-b", "a b", "a\tb", "a\nb", "a\vb", "a\fb", "a\rb",   "a\x7f"})
    CHECK(check_role(bad).has_value());
}

TEST_CASE("a refused role is named in the reason") {
  CHECK(check_role("a/-b") == "role 'a/-b' must not have a component that begins with '-'");
}

TEST_CASE("a role is an ancestor of the paths below it only") {
  CHECK(is_ancestor("eng", "eng/web"));
  CHECK(is_ancestor("eng", "eng/web/x"));
  CHECK(is_ancestor("eng/web", "eng/web/x"));
  CHECK_FALSE(is_ancestor("eng", "eng"));
  CHECK_FALSE(is_ancestor("eng", "eng2/web"));
  CHECK_FALSE(is_ancestor("eng/web", "eng"));
  CHECK_FALSE(is_ancestor("*", "eng"));
}
