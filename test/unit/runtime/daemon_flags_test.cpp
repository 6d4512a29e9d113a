#include "runtime/agent_flags.hpp"
#include "runtime/build_info.hpp"
#include "runtime/master_flags.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

using lines = std::vector<std::string>;

auto master(std::vector<std::string> arguments, environment variables = {}) {
  return read_master_flags({std::move(arguments), std::move(variables)});
}

auto agent(std::vector<std::string> arguments, environment variables = {}) {
  return read_agent_flags({std::move(arguments), std::move(variables)});
}

} // namespace

TEST_CASE("a master needs a work_dir unless its registry is in memory") {
  CHECK(master({}).errors == lines{"--work_dir is required with --registry=replicated_log"});
  CHECK(master({"--registry=in_memory"}).errors == lines{});
  CHECK(master({"--work_dir=/tmp/m"}).errors == lines{});
  CHECK(master({}, {{"MESOS_WORK_DIR", "/tmp/m"}}).errors == lines{});
}

TEST_CASE("the master's defaults are those of Mesos") {
  auto options = master({"--registry=in_memory"}).options;
  CHECK(options.port == 5050);
  CHECK(options.link_port == 5060);
  CHECK(options.agent_ping_timeout == 15s);
  CHECK(options.max_agent_ping_timeouts == 5);
  CHECK(options.agent_reregister_timeout == 10min);
  CHECK(options.recovery_agent_removal_limit == 1.0);
  CHECK(options.registry_store_timeout == 20s);
  CHECK(options.registry_fetch_timeout == 1min);
  CHECK(options.allocation_interval == 1s);
  CHECK_FALSE(options.offer_timeout.has_value());
  CHECK(options.min_allocatable_resources == "cpus:0.01|mem:32");
  CHECK(options.max_completed_frameworks == 50);
  CHECK(options.registry_in_memory);
  CHECK(options.state_replicas >= 2);
  CHECK(options.logging.level == log_level::info);
}

TEST_CASE("the master shows the flags that have a value under their names of today") {
  auto shown = master({"--registry=in_memory", "--slave_ping_timeout=3secs"}).options.shown;
  CHECK(shown.at("allocation_interval") == "1secs");
  CHECK(shown.at("agent_ping_timeout") == "3secs");
  CHECK(shown.at("help") == "false");
  CHECK(shown.at("min_allocatable_resources") == "cpus:0.01|mem:32");
  CHECK_FALSE(shown.contains("slave_ping_timeout"));
  CHECK_FALSE(shown.contains("offer_timeout"));
}

TEST_CASE("the link's port follows the port") {
  CHECK(master({"--registry=in_memory", "--port=6000"}).options.link_port == 6010);
  CHECK(master({"--registry=in_memory", "--port=0"}).options.link_port == 0);
  CHECK(master({"--registry=in_memory", "--link_port=7000"}).options.link_port == 7000);
  CHECK(master({"--registry=in_memory", "--link_port=5050"}).errors ==
        lines{"--link_port and --port must differ"});
  CHECK(master({"--registry=in_memory", "--port=65530"}).errors.size() == 1);
}

TEST_CASE("the master's rules hold") {
  auto argument = GENERATE(
      "--registry=zookeeper", "--registry_strict", "--agent_reregister_timeout=9mins",
      "--recovery_agent_removal_limit=50", "--agent_removal_rate_limit=fast", "--role_sorter=fifo",
      "--agent_ping_timeout=500ms", "--max_agent_ping_timeouts=0", "--port=65536",
      "--zk=zk://h:1/mesos", "--authenticate_http_readonly", "--acls={}", "--allocator=mine",
      "--credentials=/no/such/file", "--weights=a", "--roles=a,,b", "--ip=localhost");
  CAPTURE(argument);
  CHECK(master({"--registry=in_memory", argument}).errors.size() == 1);
}

TEST_CASE("errors of single flags and between flags come together") {
  CHECK(master({"--port=x", "--bogus"}).errors.size() == 3);
}

TEST_CASE("typed values arrive in the master's options") {
  auto options =
      master({"--work_dir=/tmp/m", "--weights=a=2,b=0.5", "--roles=a,b", "--offer_timeout=5secs",
              "--recovery_agent_removal_limit=25%", "--no-root_submissions", "--hostname=h",
              "--advertise_port=99", "--logging_level=ERROR", "--log_dir=/tmp/l",
              "--role_sorter=random", "--require_agent_domain"})
          .options;
  CHECK(options.weights == std::map<std::string, double>{{"a", 2}, {"b", 0.5}});
  CHECK(options.roles == lines{"a", "b"});
  CHECK(options.offer_timeout == std::chrono::nanoseconds(5s));
  CHECK(options.recovery_agent_removal_limit == 0.25);
  CHECK_FALSE(options.root_submissions);
  CHECK(options.role_sorter == sorter_policy::random);
  CHECK(options.framework_sorter == sorter_policy::drf);
  CHECK(options.require_agent_domain);
  CHECK(options.hostname == "h");
  CHECK(options.advertise_port == 99);
  CHECK(options.logging.level == log_level::error);
  CHECK(log_file(options.logging) == "/tmp/l/mesos-master.INFO");
}

TEST_CASE("an agent needs a master and a work_dir") {
  CHECK(agent({}).errors == lines{"--master is required", "--work_dir is required"});
  CHECK(agent({"--master=localhost:5050", "--work_dir=/tmp/a"}).errors == lines{});
}

TEST_CASE("the agent's defaults are those of Mesos") {
  auto options = agent({"--master=localhost:5050", "--work_dir=/tmp/a"}).options;
  CHECK(options.port == 5051);
  CHECK(options.isolation == lines{"posix/cpu", "posix/mem"});
  CHECK(options.containerizers == lines{"mesos"});
  CHECK(options.default_role == "*");
  CHECK(options.executor_registration_timeout == 1min);
  CHECK(options.executor_reregistration_timeout == 2s);
  CHECK(options.executor_shutdown_grace_period == 5s);
  CHECK(options.recovery_timeout == 15min);
  CHECK(options.gc_delay == std::chrono::hours(24 * 7));
  CHECK(options.fetcher_cache_size == 2ull << 30);
  CHECK(options.switch_user);
  CHECK(options.strict);
  CHECK_FALSE(options.launcher_dir.empty());
}

TEST_CASE("the agent's rules hold") {
  auto argument =
      GENERATE("--executor_reregistration_timeout=16secs", "--gc_disk_headroom=1.5",
               "--recover=never", "--reconfiguration_policy=any", "--isolation=posix/cpu,posix/cpu",
               "--launcher=windows", "--image_providers=OCI", "--attributes=rack", "--resources=[{",
               "--resources=cpus:x", "--perf_duration=2mins", "--link_address=nowhere",
               "--fetcher_cache_size=2", "--sandbox_directory=relative", "--container_logger=mine");
  CAPTURE(argument);
  CHECK(agent({"--master=localhost:5050", "--work_dir=/tmp/a", argument}).errors.size() == 1);
}

TEST_CASE("a flag without effect is announced") {
  auto request = agent({"--master=localhost:5050", "--work_dir=/tmp/a", "--docker=/bin/docker"});
  CHECK(request.errors == lines{});
  CHECK(request.warnings == lines{"--docker is accepted, but has no effect yet"});
}

TEST_CASE("help and version are printed whatever else is given") {
  CHECK(master({"--version"}).print == "troupe-master " + std::string(version()) + "\n");
  CHECK(agent({"--help", "--bogus"}).print->starts_with("Usage: troupe-agent"));
}

TEST_CASE("the version has digits and dots only") {
  CHECK(version().find_first_not_of("0123456789.") == std::string_view::npos);
  CHECK_FALSE(version().empty());
}
