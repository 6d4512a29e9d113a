#include "isolators/isolation_plan.hpp"

#include <catch2/catch.hpp>

using namespace troupe::isolators;
using names = std::vector<std::string>;

TEST_CASE("isolators are created in a fixed order with the defaults added") {
  CHECK(*plan_isolation({}) == names{"filesystem/posix", "environment_secret"});
  CHECK(*plan_isolation({"posix/mem", "posix/cpu"}) ==
        names{"filesystem/posix", "posix/cpu", "posix/mem", "environment_secret"});
  CHECK(*plan_isolation({"environment_secret", "filesystem/posix"}) ==
        names{"filesystem/posix", "environment_secret"});
}

TEST_CASE("old names mean what they meant") {
  CHECK(*plan_isolation({"process"}) ==
        names{"filesystem/posix", "posix/cpu", "posix/mem", "environment_secret"});
  CHECK(plan_isolation({"cgroups"})
            .error()
            .starts_with("--isolation: 'cgroups/cpu' is not available yet, 'cgroups/mem' is not "
                         "available yet"));
  CHECK(plan_isolation({"posix/disk"})
            .error()
            .starts_with("--isolation: 'disk/du' is not available yet"));
}

TEST_CASE("every fault of a list is told with what there is") {
  const auto plan = plan_isolation({"posix/cpu", "com_example_Module", "posix/cpu", "gpu/nvidia"});
  REQUIRE_FALSE(plan);
  CHECK(plan.error() ==
        "--isolation: 'posix/cpu' is named twice, 'com_example_Module' is unknown, "
        "'gpu/nvidia' is not available yet; available are filesystem/posix, posix/cpu, "
        "posix/mem, environment_secret");
}

TEST_CASE("two file systems exclude each other") {
  const auto plan = plan_isolation({"filesystem/posix", "filesystem/shared"});
  REQUIRE_FALSE(plan);
  CHECK(plan.error().find("only one of filesystem/* can be used") != std::string::npos);
}
