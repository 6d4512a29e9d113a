#include "wire/resource_convert.hpp"

#include "test/unit/model/sample_resources.hpp"

#include <catch2/catch.hpp>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/text_format.h>
#include <mesos/v1/mesos.pb.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

using namespace troupe;
using namespace troupe::wire;
using namespace troupe::samples;

namespace {

namespace pb = mesos::v1;

template <class Message>
Message message(const std::string& text) {
  Message result;
  google::protobuf::LogSilencer no_word_on_deprecated_fields;
  if (!google::protobuf::TextFormat::ParseFromString(text, &result))
    throw std::invalid_argument(text);
  return result;
}

pb::Resource wire_resource(const std::string& text) {
  return message<pb::Resource>(text);
}

const std::string cpus = "name: 'cpus' type: SCALAR scalar { value: 4 } ";
const std::string disk_10 = "name: 'disk' type: SCALAR scalar { value: 10 } ";

std::string refusal(const std::string& text) {
  auto result = from_proto(wire_resource(text));
  return result ? "accepted" : result.error();
}

std::string written(const resource& item, resource_format format) {
  return to_proto(item, format).ShortDebugString();
}

// The text of a message in the form that `written` gives.
std::string canonical(const std::string& text) {
  return wire_resource(text).ShortDebugString();
}

} // namespace

TEST_CASE("unreserved resources are written with role * except after refinement") {
  auto item = make_scalar("cpus", 4);
  CHECK(written(item, resource_format::pre_refinement) == canonical(cpus + "role: '*'"));
  CHECK(written(item, resource_format::post_refinement) == canonical(cpus));
  CHECK(written(item, resource_format::endpoint) == canonical(cpus + "role: '*'"));
}

TEST_CASE("static reservations have a role or a stack of one") {
  auto item = make_scalar("cpus", 4);
  item.reservations.push_back({reservation_type::fixed, "web", {}, {}});
  auto stack = std::string("reservations { type: STATIC role: 'web' } ");
  CHECK(written(item, resource_format::pre_refinement) == canonical(cpus + "role: 'web'"));
  CHECK(written(item, resource_format::post_refinement) == canonical(cpus + stack));
  CHECK(written(item, resource_format::endpoint) == canonical(cpus + "role: 'web' " + stack));
}

TEST_CASE("dynamic reservations carry principal and labels in every format") {
  auto item = make_scalar("cpus", 4);
  item.reservations.push_back(
      {reservation_type::dynamic, "web", "alice", {{{"k", "v"}, {"b", {}}}}});
  auto details = std::string("principal: 'alice' labels { labels { key: 'k' value: 'v' } labels { "
                             "key: 'b' } } ");
  auto old_form = "role: 'web' reservation { " + details + "} ";
  auto stack = "reservations { type: DYNAMIC role: 'web' " + details + "} ";
  CHECK(written(item, resource_format::pre_refinement) == canonical(cpus + old_form));
  CHECK(written(item, resource_format::post_refinement) == canonical(cpus + stack));
  CHECK(written(item, resource_format::endpoint) == canonical(cpus + old_form + stack));
}

TEST_CASE("refined reservations are written as a stack only and hidden from older clients") {
  auto item = make_scalar("cpus", 4);
  item.reservations = {{reservation_type::fixed, "eng", {}, {}},
                       {reservation_type::dynamic, "eng/web", {}, {}}};
  auto stack = std::string("reservations { type: STATIC role: 'eng' } "
                           "reservations { type: DYNAMIC role: 'eng/web' } ");
  CHECK(written(item, resource_format::post_refinement) == canonical(cpus + stack));
  CHECK(written(item, resource_format::endpoint) == canonical(cpus + stack));
  resources both{item, make_scalar("mem", 8)};
  auto old_list = to_proto(both, resource_format::pre_refinement);
  REQUIRE(old_list.size() == 1);
  CHECK(old_list[0].name() == "mem");
  CHECK(to_proto(both, resource_format::endpoint).size() == 2);
}

TEST_CASE("every kind of resource comes back from both formats unchanged") {
  auto special = volume(10, "v1", true);
  special.provider_id = "p";
  special.allocation_role = "web";
  auto csi = csi_disk(disk_source_type::block, 5, "7");
  auto source = *csi.disk;
  source.source->metadata.items.push_back({"zone", "a"});
  csi.disk = source;
  auto spare = make_scalar("cpus", 0.5);
  spare.revocable = true;
  disk_info path;
  path.source = disk_source{disk_source_type::path, "/data", {}, {}, {}, {}};
  resources all = bag("cpus:4;mem(web):0.001;ports:[1-2, 5-9];x:{a, b}");
  all += resources{special, csi, spare, disk(3, path), mount_disk(9, "/mnt")};
  for (auto format : {resource_format::pre_refinement, resource_format::post_refinement}) {
    auto back = from_proto(to_proto(all, format));
    REQUIRE(back);
    CHECK(*back == all);
    REQUIRE(back->size() == all.size());
    CHECK(std::equal(back->begin(), back->end(), all.begin()));
  }
}

TEST_CASE("random bags come back unchanged") {
  std::mt19937_64 random{21};
  for (int i = 0; i < 500; ++i) {
    auto all = any_bag(random);
    REQUIRE(*from_proto(to_proto(all, resource_format::pre_refinement)) == all);
    REQUIRE(*from_proto(to_proto(all, resource_format::post_refinement)) == all);
  }
}

TEST_CASE("a shared resource is written once per copy and read back as a count") {
  auto item = volume(10, "v1", true);
  item.copies = 3;
  auto list = to_proto(resources{item}, resource_format::post_refinement);
  CHECK(list.size() == 3);
  auto back = from_proto(list);
  REQUIRE(back);
  REQUIRE(back->size() == 1);
  CHECK(back->begin()->copies == 3);
}

TEST_CASE("scalars are rounded to thousandths and empty ones vanish from bags") {
  auto item = from_proto(wire_resource("name: 'cpus' type: SCALAR scalar { value: 0.12345 }"));
  REQUIRE(item);
  CHECK(item->scalar().milli() == 123);
  resource_list list;
  *list.Add() = wire_resource("name: 'cpus' type: SCALAR scalar { value: 0 }");
  *list.Add() = wire_resource("name: 'ports' type: RANGES ranges { }");
  auto nothing = from_proto(list);
  REQUIRE(nothing);
  CHECK(nothing->empty());
}

TEST_CASE("a resource whose value does not match its type is refused") {
  CHECK(refusal("name: '' type: SCALAR scalar { value: 1 }") == "a resource needs a name");
  CHECK(refusal("name: 'cpus' type: SCALAR") ==
        "resource 'cpus': type SCALAR needs 'scalar' and neither 'ranges' nor 'set'");
  CHECK(refusal(cpus + "set { item: 'a' }").find("type SCALAR needs") != std::string::npos);
  CHECK(refusal("name: 'p' type: RANGES scalar { value: 1 }") ==
        "resource 'p': type RANGES needs 'ranges' and neither 'scalar' nor 'set'");
  CHECK(refusal("name: 'x' type: SET ranges { }") ==
        "resource 'x': type SET needs 'set' and neither 'scalar' nor 'ranges'");
  CHECK(refusal("name: 'x' type: TEXT") == "resource 'x': type TEXT is not allowed for resources");
}

TEST_CASE("a resource with an impossible value is refused") {
  CHECK(refusal("name: 'cpus' type: SCALAR scalar { value: -0.5 }") ==
        "resource 'cpus': the amount must not be negative");
  CHECK(refusal("name: 'cpus' type: SCALAR scalar { value: nan }") ==
        "resource 'cpus': the amount is not a number or too big");
  CHECK(refusal("name: 'cpus' type: SCALAR scalar { value: inf }") ==
        "resource 'cpus': the amount is not a number or too big");
  CHECK(refusal("name: 'gpus' type: SCALAR scalar { value: 1.5 }") ==
        "resource 'gpus': gpus must be a whole number");
  CHECK(refusal("name: 'p' type: RANGES ranges { range { begin: 5 end: 4 } }") ==
        "resource 'p': range 5-4 ends before it begins");
  CHECK(refusal("name: 'p' type: RANGES ranges { range { begin: 1 end: 4 } "
                "range { begin: 4 end: 9 } }") == "resource 'p': range 4-9 overlaps another one");
  CHECK(refusal("name: 'x' type: SET set { item: 'a' item: 'a' }") ==
        "resource 'x': the set holds an item twice");
}

TEST_CASE("a resource with a bad reservation is refused") {
  auto stack = std::string("reservations { type: DYNAMIC role: 'web' } ");
  CHECK(refusal(cpus + stack + "role: 'web'") ==
        "resource 'cpus': 'reservations' must not be set together with 'role' or 'reservation'");
  CHECK(refusal(cpus + stack + "reservation { }").find("together") != std::string::npos);
  CHECK(refusal(cpus + "reservation { }") ==
        "resource 'cpus': 'reservation' needs a 'role' other than '*'");
  CHECK(refusal(cpus + "role: 'web' reservation { role: 'web' }") ==
        "resource 'cpus': 'reservation' must not have a type or a role");
  CHECK(refusal(cpus + "role: 'a//b'").find("role 'a//b'") != std::string::npos);
  CHECK(refusal(cpus + "reservations { role: 'web' }") ==
        "resource 'cpus': a reservation needs the type STATIC or DYNAMIC");
  CHECK(refusal(cpus + "reservations { type: DYNAMIC }") ==
        "resource 'cpus': a reservation has a bad role: a role must not be empty");
  CHECK(refusal(cpus + "reservations { type: DYNAMIC role: '*' }") ==
        "resource 'cpus': a reservation must not be for the role '*'");
  CHECK(refusal(cpus + stack + "reservations { type: STATIC role: 'web/a' }") ==
        "resource 'cpus': a refined reservation must be DYNAMIC");
  CHECK(refusal(cpus + stack + "reservations { type: DYNAMIC role: 'web' }") ==
        "resource 'cpus': reservation role 'web' must be below 'web', which it refines");
}

TEST_CASE("a resource with bad disk details is refused") {
  CHECK(refusal(cpus + "disk { }") ==
        "resource 'cpus': only the resource 'disk' may have disk details");
  CHECK(refusal(disk_10 + "disk { source { type: UNKNOWN } }") ==
        "resource 'disk': the disk source has an unknown type");
  CHECK(refusal(disk_10 + "disk { source { type: RAW mount { root: '/' } } }") ==
        "resource 'disk': a disk source with 'mount' must have the type MOUNT");
  CHECK(refusal(disk_10 + "disk { source { type: MOUNT path { root: '/' } } }") ==
        "resource 'disk': a disk source with 'path' must have the type PATH");
  CHECK(refusal(disk_10 + "disk { volume { mode: RW container_path: 'p' source { } } }") ==
        "resource 'disk': the volume of a disk must not have an image or a source");
  CHECK(refusal(disk_10 + "shared { }") ==
        "resource 'disk': only persistent volumes can be shared");
  CHECK(refusal(cpus + "allocation_info { role: '-x' }").find("bad allocation role") !=
        std::string::npos);
}

TEST_CASE("one bad resource makes the whole list fail") {
  resource_list list;
  *list.Add() = wire_resource(cpus);
  *list.Add() = wire_resource("name: 'mem' type: SCALAR scalar { value: -1 }");
  auto result = from_proto(list);
  REQUIRE_FALSE(result);
  CHECK(result.error() == "resource 'mem': the amount must not be negative");
}

TEST_CASE("attributes of every type come back unchanged") {
  auto list = *parse_attributes("rack:r1;cores:4.5;ids:[1-3];tags:{a, b}");
  auto back = attributes_from_proto(attributes_to_proto(list));
  REQUIRE(back);
  CHECK(*back == list);
}

TEST_CASE("an attribute whose value does not match its type is refused") {
  google::protobuf::RepeatedPtrField<pb::Attribute> list;
  *list.Add() = message<pb::Attribute>("name: 'rack' type: TEXT scalar { value: 1 }");
  CHECK(attributes_from_proto(list).error() ==
        "attribute 'rack': the value does not match the type");
}

TEST_CASE("quantities come back unchanged and bad ones are refused") {
  quantities sums{{"cpus", quantity::from_double(0.1)}, {"mem", quantity::from_double(64)}};
  CHECK(*quantities_from_proto(quantities_to_proto(sums)) == sums);
  scalar_map map;
  map["cpus"].set_value(-1);
  CHECK(quantities_from_proto(map).error() == "resource 'cpus': the amount must not be negative");
  map["cpus"].set_value(std::nan(""));
  CHECK_FALSE(quantities_from_proto(map));
}
