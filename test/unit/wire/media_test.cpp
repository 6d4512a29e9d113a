#include "wire/media.hpp"

#include <catch2/catch.hpp>
#include <mesos/v1/mesos.pb.h>
#include <mesos/v1/scheduler.pb.h>

using namespace troupe::wire;
using mesos::v1::ContainerID;
using mesos::v1::scheduler::Call;

namespace {

Call revive() {
  Call call;
  call.set_type(Call::REVIVE);
  call.mutable_framework_id()->set_value("m-0000");
  return call;
}

/// A container id with that many enclosing ones, in binary form.
std::string nested_container(int parents) {
  ContainerID id;
  auto level = &id;
  level->set_value("c");
  for (int i = 0; i < parents; ++i) {
    level = level->mutable_parent();
    level->set_value("c");
  }
  return id.SerializeAsString();
}

} // namespace

TEST_CASE("a media type is found by its exact name only") {
  CHECK(media_from_name("application/json") == media::json);
  CHECK(media_from_name("application/x-protobuf") == media::protobuf);
  CHECK(media_name(media::json) == "application/json");
  CHECK(media_name(media::protobuf) == "application/x-protobuf");
  auto other = GENERATE("", "application/json; charset=utf-8", "Application/JSON", "text/html",
                        "application/recordio", "application/protobuf", " application/json");
  CHECK(media_from_name(other) == std::nullopt);
}

TEST_CASE("a message reads back in both encodings") {
  auto encoding = GENERATE(media::json, media::protobuf);
  Call call;
  REQUIRE(decode(encoding, encode(encoding, revive()), call));
  CHECK(call.SerializeAsString() == revive().SerializeAsString());
}

TEST_CASE("one encoding is not taken for the other") {
  Call call;
  CHECK_FALSE(decode(media::json, encode(media::protobuf, revive()), call));
  CHECK_FALSE(decode(media::protobuf, encode(media::json, revive()), call));
}

TEST_CASE("malformed protobuf is refused and leaves the message empty") {
  auto call = revive();
  auto result = from_binary("\xff\xff\xff", call);
  CHECK(result.error() == "malformed protobuf, or nested too deeply, for a message of type "
                          "mesos.v1.scheduler.Call");
  CHECK(call.ByteSizeLong() == 0);
}

TEST_CASE("every truncation of a binary message is refused or lacks a required field") {
  Call call;
  call.mutable_kill()->mutable_task_id()->set_value("task");
  auto whole = call.SerializeAsString();
  for (std::size_t size = 1; size < whole.size(); ++size)
    CHECK_FALSE(from_binary(std::string_view{whole}.substr(0, size), call));
}

TEST_CASE("missing required fields of a binary message are refused by name") {
  Call call;
  call.mutable_subscribe()->mutable_framework_info()->set_name("f");
  call.mutable_kill();
  Call out;
  CHECK(from_binary(call.SerializePartialAsString(), out).error() ==
        "missing required fields: subscribe.framework_info.user, kill.task_id");
}

TEST_CASE("an empty binary message is fine where nothing is required") {
  Call call;
  CHECK(from_binary("", call));
  ContainerID id;
  CHECK(from_binary("", id).error() == "missing required fields: value");
}

TEST_CASE("nesting of binary messages is limited") {
  ContainerID id;
  CHECK(from_binary(nested_container(90), id));
  CHECK_THAT(from_binary(nested_container(110), id).error(), Catch::Contains("nested too deeply"));
}

TEST_CASE("fields of a later version survive a binary round trip") {
  auto bytes = revive().SerializeAsString() + "\xf8\x7f\x05"; // field 2047, varint 5
  Call call;
  REQUIRE(from_binary(bytes, call));
  CHECK(encode(media::protobuf, call) == bytes);
}
