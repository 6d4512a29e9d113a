#include "http/prometheus.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::http;

namespace {

std::string line(const std::string& key, double value, bool counter = false) {
  metrics_snapshot snapshot{{{key, value}}, {}};
  if (counter)
    snapshot.counters.insert(key);
  const auto text = prometheus_text(snapshot);
  const auto last = text.rfind('\n', text.size() - 2);
  return text.substr(last + 1, text.size() - last - 2);
}

} // namespace

TEST_CASE("a framework's numbers have its name and id as labels") {
  CHECK(
      line("master/frameworks/my%20%22app%22/M-0001/calls/accept", 3, true) ==
      R"(troupe_framework_calls_by_type_total{framework="my \"app\"",framework_id="M-0001",type="accept"} 3)");
  CHECK(line("master/frameworks/f/M-1/roles/eng/dev/suppressed", 1) ==
        R"(troupe_framework_role_suppressed{framework="f",framework_id="M-1",role="eng/dev"} 1)");
  CHECK(line("master/frameworks/f/M-1/tasks/active/task_running", 2) ==
        R"(troupe_framework_tasks{framework="f",framework_id="M-1",state="running"} 2)");
  CHECK(line("master/frameworks/f/M-1/offers/sent", 5, true) ==
        R"(troupe_framework_offers_total{framework="f",framework_id="M-1",outcome="sent"} 5)");
}

TEST_CASE("roles may have components of their own") {
  CHECK(line("allocator/mesos/quota/roles/a/b/c/resources/cpus/guarantee", 4) ==
        R"(troupe_allocator_quota{role="a/b/c",resource="cpus",what="guarantee"} 4)");
  CHECK(line("allocator/mesos/roles/*/shares/dominant", 0.25) ==
        R"(troupe_allocator_dominant_share{role="*"} 0.25)");
}

TEST_CASE("amounts come in base units") {
  CHECK(line("master/mem_total", 2) ==
        R"(troupe_master_mem_capacity_bytes{revocable="false"} 2097152)");
  CHECK(line("slave/cpus_revocable_used", 1.5) ==
        R"(troupe_agent_cpus_used{revocable="true"} 1.5)");
  CHECK(line("master/disk_percent", 0.5) ==
        R"(troupe_master_disk_used_ratio{revocable="false"} 0.5)");
  CHECK(line("registrar/state_store_ms/p99", 250) ==
        R"(troupe_registrar_state_store_seconds{stat="p99"} 0.25)");
  CHECK(line("registrar/state_store_ms", 500) ==
        R"(troupe_registrar_state_store_seconds{stat="last"} 0.5)");
  CHECK(line("registrar/state_store_ms/count", 7) == "troupe_registrar_state_store_samples 7");
  CHECK(line("master/uptime_secs", 60) == "troupe_master_uptime_seconds 60");
}

TEST_CASE("counters end in _total and gauges do not") {
  CHECK(line("master/tasks_running", 1) == R"(troupe_master_tasks{state="running"} 1)");
  CHECK(line("master/tasks_finished", 2, true) ==
        R"(troupe_master_tasks_ended_total{state="finished"} 2)");
  CHECK(line("master/messages_kill_task", 2, true) ==
        R"(troupe_master_messages_total{type="kill_task"} 2)");
  CHECK(line("system/cpus_total", 2) == "troupe_system_cpus 2");
  CHECK(line("some/new:thing", 2, true) == "troupe_some_new_thing_total 2");
}

TEST_CASE("each family has one HELP and one TYPE before all of its samples") {
  metrics_snapshot snapshot{
      {{"master/tasks_running", 1}, {"master/tasks_staging", 2}, {"master/tasks_failed", 3}},
      {"master/tasks_failed"}};
  CHECK(prometheus_text(snapshot) ==
        "# HELP troupe_master_tasks Tasks that have not ended by state.\n"
        "# TYPE troupe_master_tasks gauge\n"
        "troupe_master_tasks{state=\"running\"} 1\n"
        "troupe_master_tasks{state=\"staging\"} 2\n"
        "# HELP troupe_master_tasks_ended_total Tasks that have ended by state.\n"
        "# TYPE troupe_master_tasks_ended_total counter\n"
        "troupe_master_tasks_ended_total{state=\"failed\"} 3\n");
  CHECK(prometheus_text({}).empty());
}

TEST_CASE("every series has the labels of its daemon before its own") {
  const metrics_snapshot snapshot{{{"slave/tasks_running", 1}, {"system/cpus_total", 2}}, {}};
  const auto text = prometheus_text(snapshot, {{"agent", "M-\"S0"}});
  CHECK_THAT(text, Catch::Contains(R"(troupe_agent_tasks{agent="M-\"S0",state="running"} 1)"));
  CHECK_THAT(text, Catch::Contains(R"(troupe_system_cpus{agent="M-\"S0"} 2)"));
}

TEST_CASE("operations are told by type and by what became of them") {
  CHECK(line("master/operations/total", 4, true) == "troupe_master_operations_total 4");
  CHECK(line("master/operations/reserve/total", 2, true) ==
        R"(troupe_master_operations_by_type_total{type="reserve"} 2)");
  CHECK(line("master/operations/finished", 3, true) ==
        R"(troupe_master_operations_ended_total{state="finished"} 3)");
  CHECK(line("master/operations/pending", 1) ==
        R"(troupe_master_operations_open{state="pending"} 1)");
  CHECK(line("master/operations/create/error", 1, true) ==
        R"(troupe_master_operations_ended_by_type_total{type="create",state="error"} 1)");
}

TEST_CASE("odd numbers and names stay legal") {
  CHECK(line("a/b", std::numeric_limits<double>::infinity()) == "troupe_a_b +Inf");
  CHECK(line("a/b", std::numeric_limits<double>::quiet_NaN()) == "troupe_a_b NaN");
  CHECK(line("frameworks/p\\\"\n/messages_received", 1, true) ==
        R"(troupe_principal_messages_received_total{principal="p\\\"\n"} 1)");
}
