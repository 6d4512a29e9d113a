#include "http/maintenance_json.hpp"
#include "wire/json.hpp"

#include <catch2/catch.hpp>
#include <troupe/registry.pb.h>

using namespace troupe;
using namespace troupe::http;

namespace {

template <class Message>
std::shared_ptr<Message> message(const std::string& json) {
  auto result = std::make_shared<Message>();
  REQUIRE(wire::from_json(json, *result));
  return result;
}

maintenance_model plan(const std::string& json) {
  maintenance_model result;
  result.apply(delta::maintenance_changed{message<stored::Maintenance>(json)});
  return result;
}

const std::string a = R"({"hostname":"A"})";
const std::string b = R"({"hostname":"b","ip":"10.0.0.2"})";
const std::string away = R"("unavailability":{"start":{"nanoseconds":5}})";

} // namespace

TEST_CASE("nothing planned reads as empty") {
  CHECK(wire::to_json(schedule_of({})) == "{}");
  CHECK(wire::to_json(maintenance_status_of({})) == "{}");
  CHECK(wire::to_json(schedule_response({})) ==
        R"({"type":"GET_MAINTENANCE_SCHEDULE","get_maintenance_schedule":{"schedule":{}}})");
  CHECK(wire::to_json(maintenance_status_response({})) ==
        R"({"type":"GET_MAINTENANCE_STATUS","get_maintenance_status":{"status":{}}})");
}

TEST_CASE("a planned machine is draining until it is down, however its name is written") {
  const auto schedule = R"({"windows":[{"machine_ids":[)" + a + "," + b + "]," + away + "}]}";
  auto draining = plan(R"({"schedule":)" + schedule + "}");
  CHECK(wire::to_json(schedule_of(draining)) == schedule);
  CHECK(wire::to_json(maintenance_status_of(draining)) ==
        R"({"draining_machines":[{"id":)" + a + R"(},{"id":)" + b + "}]}");
  auto down = plan(R"({"schedule":)" + schedule + R"(,"down":[{"hostname":"a"}]})");
  CHECK(wire::to_json(maintenance_status_of(down)) ==
        R"({"draining_machines":[{"id":)" + b + R"(}],"down_machines":[{"hostname":"a"}]})");
}

TEST_CASE(
    "a draining machine shows what frameworks on its agents answered, until an agent is gone") {
  const std::string c = R"({"ip":"10.0.0.3"})";
  auto model = plan(R"({"schedule":{"windows":[{"machine_ids":[)" + a + "," + b + "," + c + "]," +
                    away + "}]}}");
  auto say = [&](const std::string& agent, const std::string& host, const std::string& ip,
                 std::vector<std::string> answers) {
    delta::inverse_answers_changed change{agent_id{agent}, host, ip, {}};
    for (const auto& each : answers)
      change.answers.push_back(message<mesos::v1::allocator::InverseOfferStatus>(each));
    model.apply(change);
  };
  auto shown = [&] { return wire::to_json(maintenance_status_of(model)); };
  const std::string yes =
      R"({"status":"ACCEPT","framework_id":{"value":"f"},"timestamp":{"nanoseconds":1}})";
  const std::string no =
      R"({"status":"DECLINE","framework_id":{"value":"g"},"timestamp":{"nanoseconds":2}})";
  const auto draining_b = R"({"id":)" + b;
  const auto draining_c = R"({"id":)" + c + "}";
  say("s1", "a", "10.0.0.1", {yes});
  say("s2", "a", "10.0.0.2", {no});
  say("s3", "b", "10.0.0.9", {no}); // at no planned machine
  say("s4", "b", "10.0.0.2", {yes, no});
  CHECK(shown() == R"({"draining_machines":[{"id":)" + a + R"(,"statuses":[)" + yes + "," + no +
                       "]}," + draining_b + R"(,"statuses":[)" + yes + "," + no + "]}," +
                       draining_c + "]}");
  model.apply(delta::agent_removed{agent_id{"s1"}});
  say("s4", "b", "10.0.0.2", {});
  CHECK(shown() == R"({"draining_machines":[{"id":)" + a + R"(,"statuses":[)" + no + "]}," +
                       draining_b + "}," + draining_c + "]}");
}
