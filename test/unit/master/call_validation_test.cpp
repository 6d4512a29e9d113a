#include "world.hpp"

#include "master/validation.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::master;
using namespace troupe::master::test;

namespace {

const std::string prefix = "Failed to validate scheduler::Call: ";

Call of_type(Call::Type type) {
  Call call;
  call.set_type(type);
  call.mutable_framework_id()->set_value("f");
  return call;
}

} // namespace

TEST_CASE("a call without type or framework id is refused with the field's name") {
  Call call;
  CHECK(validate(call) == prefix + "Expecting 'type' to be present");
  call.set_type(Call::REVIVE);
  CHECK(validate(call) == prefix + "Expecting 'framework_id' to be present");
  call.mutable_framework_id()->set_value("f");
  CHECK(validate(call) == std::nullopt);
}

TEST_CASE("each call that needs its member is refused without it") {
  auto [type, member] = GENERATE(table<Call::Type, std::string>(
      {{Call::SUBSCRIBE, "subscribe"},
       {Call::ACCEPT, "accept"},
       {Call::DECLINE, "decline"},
       {Call::KILL, "kill"},
       {Call::SHUTDOWN, "shutdown"},
       {Call::ACKNOWLEDGE, "acknowledge"},
       {Call::ACKNOWLEDGE_OPERATION_STATUS, "acknowledge_operation_status"},
       {Call::RECONCILE, "reconcile"},
       {Call::RECONCILE_OPERATIONS, "reconcile_operations"},
       {Call::MESSAGE, "message"},
       {Call::REQUEST, "request"},
       {Call::ACCEPT_INVERSE_OFFERS, "accept_inverse_offers"},
       {Call::DECLINE_INVERSE_OFFERS, "decline_inverse_offers"},
       {Call::UPDATE_FRAMEWORK, "update_framework"}}));
  CHECK(validate(of_type(type)) == prefix + "Expecting '" + member + "' to be present");
}

TEST_CASE("TEARDOWN, REVIVE and SUPPRESS need no member, and UNKNOWN is left to the master") {
  for (auto type : {Call::TEARDOWN, Call::REVIVE, Call::SUPPRESS, Call::UNKNOWN})
    CHECK(validate(of_type(type)) == std::nullopt);
}

TEST_CASE("SUBSCRIBE must name the same framework id in both places or in none") {
  auto [outer, inner, fine] = GENERATE(table<std::string, std::string, bool>(
      {{"", "", true}, {"x", "x", true}, {"x", "", false}, {"", "x", false}, {"x", "y", false}}));
  Call call;
  call.set_type(Call::SUBSCRIBE);
  *call.mutable_subscribe()->mutable_framework_info() = framework_info();
  if (!outer.empty())
    call.mutable_framework_id()->set_value(outer);
  if (!inner.empty())
    call.mutable_subscribe()->mutable_framework_info()->mutable_id()->set_value(inner);
  auto why = validate(call);
  CHECK(why.has_value() != fine);
  if (why)
    CHECK(*why == prefix + "'framework_id' differs from 'subscribe.framework_info.id'");
}

TEST_CASE("an acknowledgement's uuid has 16 bytes") {
  auto call = acknowledge({agent_id{"a"}, 1}, "t", "abc");
  call.mutable_framework_id()->set_value("f");
  CHECK(validate(call) == prefix + "Not a valid UUID");
  call.mutable_acknowledge()->set_uuid(uuid('a'));
  CHECK(validate(call) == std::nullopt);
}

TEST_CASE("a missing required field of a member is named") {
  auto call = of_type(Call::KILL);
  call.mutable_kill();
  CHECK(validate(call) == prefix + "Not initialized: kill.task_id");
}

TEST_CASE("a FrameworkInfo is refused with the text that clients know") {
  using Capability = mesos::v1::FrameworkInfo::Capability;
  auto info = framework_info();
  SECTION("role with a slash in front") {
    info.set_role("/bad");
    CHECK(validate(info) ==
          "'FrameworkInfo.role' is not a valid role: Role '/bad' cannot start with a slash");
  }
  SECTION("role with a slash at the end") {
    info.set_role("bad/");
    CHECK(validate(info) ==
          "'FrameworkInfo.role' is not a valid role: Role 'bad/' cannot end with a slash");
  }
  SECTION("role ..") {
    info.set_role("..");
    CHECK(validate(info) ==
          "'FrameworkInfo.role' is not a valid role: Role '..' cannot include '..' as a "
          "component");
  }
  SECTION("roles without MULTI_ROLE") {
    info.add_roles("x");
    CHECK(validate(info) ==
          "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable");
  }
  SECTION("role with MULTI_ROLE") {
    info = with(info, Capability::MULTI_ROLE);
    info.set_role("x");
    CHECK(validate(info) ==
          "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable");
  }
  SECTION("roles twice the same") {
    CHECK(validate(multi_role_info({"x", "x"})) ==
          "'FrameworkInfo.roles' contains duplicate items: { x }");
  }
  SECTION("an id with a slash") {
    info.mutable_id()->set_value("a/b");
    CHECK(validate(info) == "'a/b' contains invalid characters");
  }
  SECTION("a failover timeout that no duration holds") {
    info.set_failover_timeout(1e300);
    CHECK(validate(info) == "The framework failover_timeout (1e+300) is invalid");
  }
  SECTION("no fault: no roles with MULTI_ROLE, a negative failover timeout, an empty user") {
    CHECK(validate(multi_role_info({})) == std::nullopt);
    info.set_failover_timeout(-1);
    info.set_user("");
    CHECK(validate(info) == std::nullopt);
  }
}
