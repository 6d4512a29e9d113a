#include "model/contract.hpp"
#include "test/unit/model/sample_resources.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <cstdio>
#include <sys/wait.h>
#include <unistd.h>

using namespace troupe;
using namespace troupe::samples;

namespace {

// Runs `action` in a child process; true when it aborted.
template <class Action>
bool aborts(Action action) {
  auto child = fork();
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);
    std::fclose(stderr);
    action();
    _exit(0);
  }
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

} // namespace

TEST_CASE("subtracting what is not contained aborts, as a mistake of ours") {
  auto all = bag("cpus:1");
  CHECK(aborts([&] { all -= bag("cpus:2"); }));
  CHECK_FALSE(aborts([&] { all -= bag("cpus:1"); }));
  auto sums = all.scalars();
  CHECK(aborts([&] { sums -= bag("mem:1").scalars(); }));
}

TEST_CASE("asking for the allocations of unallocated resources aborts") {
  CHECK(aborts([] { (void)bag("cpus:1").allocations(); }));
}
