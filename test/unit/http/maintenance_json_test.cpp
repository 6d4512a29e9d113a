#include "http/maintenance_json.hpp"
#include "wire/json.hpp"

#include <catch2/catch.hpp>
#include <troupe/registry.pb.h>

using namespace troupe;
using namespace troupe::http;

namespace {

stored::Maintenance plan(const std::string& json) {
  stored::Maintenance result;
  REQUIRE(wire::from_json(json, result));
  return result;
}

const std::string a = R"({"hostname":"A"})";
const std::string b = R"({"hostname":"b","ip":"10.0.0.2"})";
const std::string away = R"("unavailability":{"start":{"nanoseconds":5}})";

} // namespace

TEST_CASE("nothing planned reads as empty") {
  CHECK(wire::to_json(schedule_of(nullptr)) == "{}");
  CHECK(wire::to_json(maintenance_status_of(nullptr)) == "{}");
  CHECK(wire::to_json(schedule_response(nullptr))
        == R"({"type":"GET_MAINTENANCE_SCHEDULE","get_maintenance_schedule":{"schedule":{}}})");
  CHECK(wire::to_json(maintenance_status_response(nullptr))
        == R"({"type":"GET_MAINTENANCE_STATUS","get_maintenance_status":{"status":{}}})");
}

TEST_CASE("a planned machine is draining until it is down, however its name is written") {
  const auto schedule = R"({"windows":[{"machine_ids":[)" + a + "," + b + "]," + away + "}]}";
  auto draining = plan(R"({"schedule":)" + schedule + "}");
  CHECK(wire::to_json(schedule_of(&draining)) == schedule);
  CHECK(wire::to_json(maintenance_status_of(&draining))
        == R"({"draining_machines":[{"id":)" + a + R"(},{"id":)" + b + "}]}");
  auto down = plan(R"({"schedule":)" + schedule + R"(,"down":[{"hostname":"a"}]})");
  CHECK(wire::to_json(maintenance_status_of(&down))
        == R"({"draining_machines":[{"id":)" + b + R"(}],"down_machines":[{"hostname":"a"}]})");
}
