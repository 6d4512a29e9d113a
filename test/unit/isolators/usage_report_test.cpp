#include "isolators/usage_report.hpp"

#include <catch2/catch.hpp>
#include <mesos/v1/mesos.pb.h>

using namespace troupe;
using namespace troupe::isolators;

namespace {

resource scalar(const std::string& name, double amount) {
  resource item;
  item.name = name;
  item.value = quantity::from_double(amount);
  return item;
}

const tree_usage used{1.5, 0.25, 4096, 2, 3};
const wall_time now{std::chrono::seconds(1000)};

} // namespace

TEST_CASE("statistics carry what the isolations measure beside the limits") {
  const resources limits({scalar("cpus", 0.5), scalar("mem", 64)});
  const auto usage = to_usage({container_id("c"), 42, limits}, used, {true, true}, now);
  CHECK(usage.statistics->timestamp() == 1000);
  CHECK(usage.statistics->cpus_limit() == 0.5);
  CHECK(usage.statistics->cpus_soft_limit() == 0.5);
  CHECK(usage.statistics->mem_limit_bytes() == 64u << 20);
  CHECK(usage.statistics->mem_soft_limit_bytes() == 64u << 20);
  CHECK(usage.statistics->cpus_user_time_secs() == 1.5);
  CHECK(usage.statistics->cpus_system_time_secs() == 0.25);
  CHECK(usage.statistics->mem_rss_bytes() == 4096);
  CHECK(usage.status->container_id().value() == "c");
  CHECK(usage.status->executor_pid() == 42);
}

TEST_CASE("what no isolation measures and nobody limits is absent") {
  const auto usage = to_usage({container_id("c"), 42, {}}, used, {}, now);
  CHECK_FALSE(usage.statistics->has_cpus_limit());
  CHECK_FALSE(usage.statistics->has_mem_limit_bytes());
  CHECK_FALSE(usage.statistics->has_cpus_user_time_secs());
  CHECK_FALSE(usage.statistics->has_mem_rss_bytes());
}

TEST_CASE("a nested container's status names its parent") {
  const auto usage = to_usage({container_id("a.b"), 42, {}}, used, {}, now);
  CHECK(usage.status->container_id().value() == "b");
  CHECK(usage.status->container_id().parent().value() == "a");
}

TEST_CASE("a container is of an executor, nested or standalone") {
  const auto kind = [](const char* id, bool has_executor) {
    return to_usage({container_id(id), 42, {}, has_executor}, used, {}, now).kind;
  };
  CHECK(kind("a", true) == container_kind::executor);
  CHECK(kind("a.b", true) == container_kind::nested);
  CHECK(kind("a.b", false) == container_kind::nested);
  CHECK(kind("a", false) == container_kind::standalone);
}
