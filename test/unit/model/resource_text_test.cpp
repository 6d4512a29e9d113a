#include "model/resource_text.hpp"

#include <catch2/catch.hpp>

using namespace troupe;

TEST_CASE("resources parse from a list of scalars, ranges and sets") {
  auto bag = parse_resources("cpus:4; mem:1024.5 ;ports(web):[31000-32000, 5-6];x:{b, a:1};");
  REQUIRE(bag);
  CHECK(bag->size() == 4);
  CHECK(bag->cpus() == quantity::from_double(4));
  CHECK(bag->mem() == quantity::from_double(1024.5));
  CHECK(bag->ports() == ranges{{5, 6}, {31000, 32000}});
  CHECK(bag->get_set("x") == string_set{"a:1", "b"});
  auto reserved = bag->reserved("web");
  REQUIRE(reserved.size() == 1);
  CHECK(reserved.begin()->name == "ports");
  CHECK(reserved.begin()->reservations.front().type == reservation_type::fixed);
}

TEST_CASE("resources without a role belong to the default role") {
  auto bag = parse_resources("cpus:4;mem(*):8;disk( other ) :5", "ops");
  REQUIRE(bag);
  CHECK(bag->reserved("ops").cpus() == quantity::from_double(4));
  CHECK(bag->unreserved().mem() == quantity::from_double(8));
  CHECK(bag->reserved("other").disk() == quantity::from_double(5));
}

TEST_CASE("equal names add up and empty amounts are kept in the list only") {
  CHECK(parse_resources("cpus:1;cpus:2.5")->cpus() == quantity::from_double(3.5));
  CHECK(parse_resources("gpus:0;ports:[];x:{}")->empty());
  auto list = parse_resource_list("gpus:0;ports:[]");
  REQUIRE(list);
  CHECK(list->size() == 2);
  CHECK(list->front().name == "gpus");
  CHECK(parse_resources("")->empty());
}

TEST_CASE("a bad resource is named in the error") {
  auto error = [](std::string_view text) { return parse_resources(text).error(); };
  CHECK(error("cpus:4;mem") == "bad resource 'mem': expected name:value or name(role):value");
  CHECK(error("cpus:") == "bad resource 'cpus:': the value is missing");
  CHECK(error(":4") == "bad resource ':4': the name is missing");
  CHECK(error("cpus:four") ==
        "bad resource 'cpus:four': 'four' is no number, no ranges [1-2] and no set {a, b}");
  CHECK(error("cpus:inf").find("is no number") != std::string::npos);
  CHECK(error("cpus:-1") == "bad resource 'cpus:-1': an amount must not be negative");
  CHECK(error("cpus:1e300") == "bad resource 'cpus:1e300': '1e300' is too big");
  CHECK(error("gpus:1.5") == "bad resource 'gpus:1.5': gpus must be a whole number");
  CHECK(error("cpus(web:4") == "bad resource 'cpus(web:4': the role has no closing ')'");
  CHECK(error("cpus(web)4") ==
        "bad resource 'cpus(web)4': expected ':' and a value after the role");
  CHECK(error("cpus(a/../b):4") ==
        "bad resource 'cpus(a/../b):4': role 'a/../b' must not have the component '..'");
  CHECK(error("cpus():4") == "bad resource 'cpus():4': a role must not be empty");
  CHECK(error("ports:[2-1]") == "bad resource 'ports:[2-1]': range '2-1' ends before it begins");
  CHECK(error("cpus:1;cpus(web):[1-2]") ==
        "bad resource 'cpus(web):[1-2]': 'cpus' was given before with another type of value");
  CHECK(parse_resources("cpus:1", "/x").error().find("bad default role") == 0);
}

TEST_CASE("plain resources parse back from their text") {
  for (auto* text : {"cpus:4; mem(web):1024.5; ports(a/b):[1-2, 5-9]; x:{a, b}", ""}) {
    auto bag = parse_resources(text);
    REQUIRE(bag);
    CHECK(to_text(*bag) == text);
  }
}

TEST_CASE("the text of a resource shows all that makes it special") {
  resource item = make_scalar("disk", 10);
  item.allocation_role = "web";
  item.reservations = {{reservation_type::fixed, "web", std::nullopt, {}},
                       {reservation_type::dynamic, "web/a", "alice", {{{"k", "v"}, {"bare", {}}}}}};
  item.disk = disk_info{persistence{"id1", "alice"}, disk_volume{"path", {}, {}},
                        disk_source{disk_source_type::mount, "/mnt", "7", "fast", "acme", {}}};
  item.provider_id = "p1";
  item.revocable = true;
  item.shared = true;
  item.copies = 2;
  CHECK(to_text(item) ==
        "disk(allocated: web)(reservations: [(STATIC,web),(DYNAMIC,web/a,alice,{k: v, "
        "bare})])[MOUNT(acme,7,fast):/mnt,id1:path]<provider p1>{REV}<SHARED x2>:10");
}
