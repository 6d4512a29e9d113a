#include "runtime/clock.hpp"
#include "runtime/machine.hpp"
#include "runtime/system.hpp"

#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

using namespace troupe;
using namespace std::chrono_literals;

namespace {
constexpr std::uint64_t gb = 1ull << 30;
}

TEST_CASE("the agent leaves a part of memory and disk to the machine") {
  CHECK(default_memory(16 * gb) == 15 * 1024);
  CHECK(default_memory(2 * gb) == 1024);
  CHECK(default_memory(gb) == 512);
  CHECK(default_memory(0) == 1024);
  CHECK(default_disk(100 * gb) == 95 * 1024);
  CHECK(default_disk(10 * gb) == 5 * 1024);
  CHECK(default_disk(4 * gb) == 2 * 1024);
  CHECK(default_disk(0) == 10 * 1024);
}

TEST_CASE("the machine's resources are found even for a folder that does not exist yet") {
  auto found = detect_resources("/tmp/no/such/folder/yet");
  CHECK(found.cpus >= 1);
  CHECK(found.mem == default_memory(machine_memory().total));
  CHECK(found.disk == default_disk(*file_system_size("/tmp")));
  CHECK(found.first_port == 31000);
  CHECK(found.last_port == 32000);
}

TEST_CASE("facts about the machine are plausible") {
  auto memory = machine_memory();
  CHECK(memory.total > 0);
  CHECK(memory.free <= memory.total);
  CHECK(load_average().one >= 0);
  REQUIRE(boot_id());
  CHECK(boot_id()->size() == 36);
  CHECK(*boot_id() == *boot_id());
}

TEST_CASE("names and addresses have fallbacks") {
  CHECK_FALSE(machine_address().empty());
  CHECK(name_of_address("127.0.0.1") == "localhost");
  CHECK(name_of_address("192.0.2.77") == "192.0.2.77");
  CHECK(name_of_address("no address") == "no address");
}

TEST_CASE("virtual time moves only by hand, and setting the wall clock leaves steady time alone") {
  virtual_clock time;
  auto wall = time.now();
  auto steady = time.steady();
  time.advance(90s);
  CHECK(time.now() - wall == 90s);
  CHECK(time.steady() - steady == 90s);
  time.set(wall_time{1s});
  CHECK(time.now() == wall_time{1s});
  CHECK(time.steady() - steady == 90s);
  CHECK(to_seconds(wall_time{1500ms}) == 1.5);
}

TEST_CASE("stop signals are waited for instead of ending the process") {
  stop_signals signals;
  CHECK(signals.wait_for(0ns) == 0);
  kill(getpid(), SIGTERM);
  CHECK(signals.wait() == SIGTERM);
  kill(getpid(), SIGINT);
  CHECK(signals.wait_for(1s) == SIGINT);
}

TEST_CASE("a child process that restores its signals can be ended by them") {
  stop_signals signals;
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  auto child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    signal(SIGTERM, SIG_DFL); // the test runner's handler; exec would do the same
    restore_child_signals();
    close(ends[0]);
    close(ends[1]);
    kill(getpid(), SIGTERM);
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  // Writing to a closed pipe does not end this process.
  close(ends[0]);
  CHECK(write(ends[1], "x", 1) == -1);
  close(ends[1]);
}
