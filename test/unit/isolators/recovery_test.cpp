#include "support.hpp"

using namespace troupe;
using namespace troupe::isolators;
using namespace troupe::isolators::test;

namespace {

/// Launch from a process that then exits, as an agent that is restarted.
void launch_and_exit(const launch_spec& spec) {
  const pid_t agent = ::fork();
  if (agent == 0) {
    auto process = launch(init_binary(), spec);
    if (!process || let_go(*process) || !wait_readable(process->report))
      ::_exit(1);
    const auto report = read_report(process->report);
    const auto* said = std::get_if<init::report>(&report);
    ::_exit(said != nullptr && said->result == init::verdict::started ? 0 : 2);
  }
  int status = -1;
  REQUIRE(::waitpid(agent, &status, 0) == agent);
  REQUIRE(status == 0);
}

recovered_container recover_one(const scratch& folder) {
  auto found = recover(folder / "run");
  REQUIRE(found);
  REQUIRE(found->size() == 1);
  return std::move(found->front());
}

} // namespace

TEST_CASE("a container outlives its agent, is found again and ends with its own status") {
  scratch folder;
  container c(folder);
  c.set_shell("trap 'exit 5' TERM; echo ready; while :; do sleep 0.05; done");
  launch_and_exit(c.spec);
  c.wait_for_output("ready");
  auto found = recover_one(folder);
  CHECK(found.record.id.value() == "c1");
  REQUIRE(found.process);
  CHECK_FALSE(has_ended(found.process));
  REQUIRE_FALSE(signal_all(found.process, SIGTERM));
  REQUIRE(wait_readable(found.process));
  const auto status = settle(*found.record.identity, found.record.directory);
  REQUIRE(status);
  CHECK(*status == 5 << 8);
}

TEST_CASE("a container that ended while no agent was there is found with its status") {
  scratch folder;
  container c(folder);
  c.set_shell("exit 9");
  launch_and_exit(c.spec);
  const auto records = read_records(folder / "run");
  REQUIRE(records);
  const auto identity = records->front().identity;
  REQUIRE(identity);
  if (auto process = open_process(*identity); process && *process)
    REQUIRE(wait_readable(*process));
  const auto found = recover_one(folder);
  CHECK_FALSE(found.process);
  CHECK(found.record.status == 9 << 8);
}

TEST_CASE("a pid that now belongs to another process is not taken for the container") {
  scratch folder;
  container c(folder);
  const auto mine = read_stat(::getpid());
  REQUIRE(mine);
  REQUIRE_FALSE(make_directories(c.spec.runtime_directory, 0755));
  const process_identity stale{::getpid(), mine->start_time - 1, *boot_id()};
  REQUIRE_FALSE(write_file(pid_path(c.spec.runtime_directory), to_text(stale)));
  const auto found = recover_one(folder);
  CHECK_FALSE(found.process);
  const auto status = settle(stale, c.spec.runtime_directory);
  REQUIRE(status);
  CHECK(*status == SIGKILL);
}

TEST_CASE("a container of another boot is not taken for a running one") {
  scratch folder;
  container c(folder);
  const auto mine = read_stat(::getpid());
  REQUIRE(mine);
  REQUIRE_FALSE(make_directories(c.spec.runtime_directory, 0755));
  const process_identity stale{::getpid(), mine->start_time, "another-boot"};
  REQUIRE_FALSE(write_file(pid_path(c.spec.runtime_directory), to_text(stale)));
  CHECK_FALSE(recover_one(folder).process);
}

TEST_CASE("a torn pid file reads as a container without a process") {
  scratch folder;
  container c(folder);
  REQUIRE_FALSE(make_directories(c.spec.runtime_directory, 0755));
  REQUIRE_FALSE(write_file(pid_path(c.spec.runtime_directory), "12 "));
  const auto found = recover_one(folder);
  CHECK_FALSE(found.record.identity);
  CHECK_FALSE(found.process);
}

TEST_CASE("nested containers are found below their parents") {
  scratch folder;
  for (const auto* id : {"a", "a.b", "a.b.c", "d"})
    REQUIRE_FALSE(make_directories(runtime_directory(folder.path(), container_id(id)), 0755));
  const auto records = read_records(folder.path());
  REQUIRE(records);
  std::vector<std::string> ids;
  for (const auto& record : *records)
    ids.push_back(record.id.value());
  std::sort(ids.begin(), ids.end());
  CHECK(ids == std::vector<std::string>{"a", "a.b", "a.b.c", "d"});
  CHECK(runtime_directory("/r", container_id("a.b")) == "/r/containers/a/containers/b");
}

TEST_CASE("a runtime directory that does not exist yet holds no containers") {
  scratch folder;
  const auto found = recover(folder / "never");
  REQUIRE(found);
  CHECK(found->empty());
}
