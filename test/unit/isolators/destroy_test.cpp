#include "support.hpp"

using namespace troupe;
using namespace troupe::isolators;
using namespace troupe::isolators::test;

namespace {

/// The pid that a script wrote to stdout as `name=<pid>`.
pid_t pid_from(const std::string& output, const std::string& name) {
  const auto at = output.find(name + "=");
  REQUIRE(at != std::string::npos);
  return std::stoi(output.substr(at + name.size() + 1));
}

} // namespace

TEST_CASE("destroying kills a command that ignores every polite signal") {
  scratch folder;
  container c(folder);
  c.start_shell("trap '' TERM INT HUP; echo ready; while :; do sleep 60; done");
  c.wait_for_output("ready");
  REQUIRE_FALSE(request_destroy(c.process.process));
  CHECK(c.wait_for_end() == SIGKILL);
  CHECK(reap(c.process.process) == SIGKILL);
}

TEST_CASE("destroying reaches processes that fled into sessions of their own") {
  scratch folder;
  container c(folder);
  c.start_shell(
      "setsid sh -c 'echo fled=$$; exec sleep 60' & "
      "(setsid sh -c 'setsid sleep 60 & echo orphan=$!' &) ; sleep 0.2; echo ready; wait");
  c.wait_for_output("ready");
  c.wait_for_output("orphan=");
  const pid_t fled = pid_from(c.out(), "fled");
  const pid_t orphan = pid_from(c.out(), "orphan");
  REQUIRE(alive(fled));
  REQUIRE(alive(orphan));
  REQUIRE_FALSE(request_destroy(c.process.process));
  c.wait_for_end();
  CHECK_FALSE(alive(fled));
  CHECK_FALSE(alive(orphan));
}

TEST_CASE("what a command leaves in the background ends with it, and its status is kept") {
  scratch folder;
  container c(folder);
  c.start_shell("setsid sleep 60 & echo left=$!; exit 3");
  CHECK(c.wait_for_end() == 3 << 8);
  CHECK_FALSE(alive(pid_from(c.out(), "left")));
  CHECK(reap(c.process.process) == 3 << 8);
}

TEST_CASE("a signal reaches every process of the container but init") {
  scratch folder;
  container c(folder);
  c.start_shell("trap 'echo outer; exit 0' USR1;"
                "setsid sh -c 'trap \"echo inner; exit 0\" USR1; echo inner-up;"
                " while :; do sleep 0.05; done' & echo outer-up; while :; do sleep 0.05; done");
  c.wait_for_output("inner-up");
  c.wait_for_output("outer-up");
  REQUIRE_FALSE(signal_all(c.process.process, SIGUSR1));
  CHECK(c.wait_for_end() == 0);
  CHECK(c.out().find("outer\n") != std::string::npos);
}

TEST_CASE("a signal sent to init itself is passed on and said so") {
  scratch folder;
  container c(folder);
  c.start_shell("trap 'echo got it; exit 4' TERM; echo ready; while :; do sleep 0.05; done");
  c.wait_for_output("ready");
  ::kill(c.process.identity.pid, SIGTERM);
  CHECK(c.wait_for_end() == 4 << 8);
  CHECK(c.out() == "ready\ngot it\n");
  CHECK(c.err().find("passing signal 15 of process " + std::to_string(::getpid())) !=
        std::string::npos);
}

TEST_CASE("a signal that does not exist is refused") {
  scratch folder;
  container c(folder);
  c.start_shell("sleep 60");
  CHECK(signal_all(c.process.process, 0));
  CHECK(signal_all(c.process.process, 65));
}

TEST_CASE("when init is killed its command dies with it and the end is recorded as killed") {
  scratch folder;
  container c(folder);
  const auto report = c.start_shell("sleep 60 & echo child=$!; wait");
  c.wait_for_output("child=");
  const pid_t child = pid_from(c.out(), "child");
  ::kill(c.process.identity.pid, SIGKILL);
  CHECK(c.wait_for_end() == SIGKILL);
  CHECK_FALSE(alive(report.pid));
  CHECK_FALSE(alive(child));
  CHECK(read_status(c.spec.runtime_directory) == SIGKILL);
}

TEST_CASE("a stopped init cannot save its container from being killed") {
  scratch folder;
  container c(folder);
  const auto report = c.start_shell("sleep 60");
  ::kill(c.process.identity.pid, SIGSTOP);
  REQUIRE_FALSE(kill_tree(c.process.identity));
  CHECK_FALSE(alive(report.pid));
  CHECK(c.wait_for_end() == SIGKILL);
}

TEST_CASE("a container that forks as fast as it can is destroyed all the same") {
  scratch folder;
  container c(folder);
  c.start_shell("echo ready; f() { setsid sh -c 'sleep 60' & sleep 0.01; f & }; f; f; f; wait");
  c.wait_for_output("ready");
  const auto session = c.process.identity.pid;
  REQUIRE_FALSE(request_destroy(c.process.process));
  c.wait_for_end();
  const auto tree = process_tree::snapshot();
  REQUIRE(tree);
  CHECK(tree->members(session).empty());
}

TEST_CASE("asking a container that has ended to end says so") {
  scratch folder;
  container c(folder);
  c.start_shell("exit 0");
  c.wait_for_end();
  reap(c.process.process);
  const auto bad = request_destroy(c.process.process);
  REQUIRE(bad);
  CHECK(bad->reason == "cannot reach 'troupe-init': No such process");
}
