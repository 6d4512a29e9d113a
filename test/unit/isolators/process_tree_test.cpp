#include "support.hpp"

using namespace troupe;
using namespace troupe::isolators;
using namespace troupe::isolators::test;

namespace {

process_stat process(pid_t pid, pid_t parent, pid_t session, std::uint64_t memory = 1) {
  process_stat result;
  result.pid = pid;
  result.state = 'S';
  result.parent = parent;
  result.group = pid;
  result.session = session;
  result.threads = 1;
  result.user_ticks = ticks_per_second();
  result.system_ticks = 2 * ticks_per_second();
  result.resident_bytes = memory;
  return result;
}

} // namespace

TEST_CASE("a stat line with blanks and brackets in the name is read") {
  const auto stat = parse_stat("42 (a) b (c) S 7 8 9 0 -1 4194304 1 2 3 4 100 200 10 20 20 0 3 0 "
                               "5555 1000000 25 18446744073709551615 1 1 0");
  REQUIRE(stat);
  CHECK(stat->pid == 42);
  CHECK(stat->state == 'S');
  CHECK(stat->parent == 7);
  CHECK(stat->group == 8);
  CHECK(stat->session == 9);
  CHECK(stat->user_ticks == 110);
  CHECK(stat->system_ticks == 220);
  CHECK(stat->threads == 3);
  CHECK(stat->start_time == 5555);
  CHECK(stat->resident_bytes == 25 * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)));
}

TEST_CASE("a torn stat line reads as nothing") {
  CHECK_FALSE(parse_stat(""));
  CHECK_FALSE(parse_stat("42 (x"));
  CHECK_FALSE(parse_stat("42 (x) S 1 2"));
  CHECK_FALSE(parse_stat("x (y) S 7 8 9 0 -1 4194304 1 2 3 4 100 200 10 20 20 0 3 0 5 1 2 3"));
}

TEST_CASE("this very process is found in a snapshot with its memory and start") {
  const auto tree = process_tree::snapshot();
  REQUIRE(tree);
  const auto* me = tree->find(::getpid());
  REQUIRE(me != nullptr);
  CHECK(me->parent == ::getppid());
  CHECK(me->resident_bytes > 100'000);
  CHECK(me->start_time > 0);
}

TEST_CASE("members are descendants and whoever is in their sessions") {
  const process_tree tree({process(1, 0, 1), process(10, 1, 10), process(11, 10, 10),
                           process(12, 11, 12), process(13, 1, 12), process(14, 13, 99),
                           process(20, 1, 20)});
  CHECK(tree.members(10) == std::vector<pid_t>{10, 11, 12, 13, 14});
}

TEST_CASE("what is left of a tree whose root has gone is found by its session") {
  const process_tree tree({process(1, 0, 1), process(11, 1, 10), process(12, 11, 10)});
  CHECK(tree.members(10) == std::vector<pid_t>{11, 12});
}

TEST_CASE("each process counts for the nearest container above it") {
  // 10 and 20 are containers, 30 one nested in 20; 21 is an orphan known by its session only.
  const process_tree tree({process(1, 0, 1), process(10, 1, 10, 5), process(11, 10, 10, 6),
                           process(20, 1, 20, 7), process(21, 1, 20, 8), process(30, 20, 30, 9),
                           process(99, 1, 99, 1000)});
  const auto usage = tree.usage({10, 20, 30, 77});
  CHECK(usage[0] == tree_usage{2, 4, 11, 2, 2});
  CHECK(usage[1] == tree_usage{2, 4, 15, 2, 2});
  CHECK(usage[2] == tree_usage{1, 2, 9, 1, 1});
  CHECK(usage[3] == tree_usage{});
}

TEST_CASE("the processor time of a container counts children that have ended") {
  scratch folder;
  container c(folder);
  c.start_shell(
      "sh -c 'i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done'; sleep 60 & echo burnt; wait");
  c.wait_for_output("burnt");
  const auto tree = process_tree::snapshot();
  REQUIRE(tree);
  const auto usage = tree->usage({c.process.identity.pid}).front();
  CHECK(usage.user_seconds + usage.system_seconds >= 0.02);
  CHECK(usage.processes == 3); // init, the shell, sleep
  CHECK(usage.resident_bytes > 500'000);
}

TEST_CASE("the usage of 300 containers is read in one pass") {
  scratch folder;
  std::vector<std::unique_ptr<container>> containers;
  std::vector<pid_t> roots;
  for (int i = 0; i < 300; ++i) {
    containers.push_back(std::make_unique<container>(folder, "c" + std::to_string(i)));
    containers.back()->spec.executable = "/bin/sleep";
    containers.back()->spec.arguments = {"sleep", "60"};
    REQUIRE(containers.back()->start().result == init::verdict::started);
    roots.push_back(containers.back()->process.identity.pid);
  }
  const auto tree = process_tree::snapshot();
  REQUIRE(tree);
  for (const auto& one : tree->usage(roots))
    CHECK(one.processes == 2);
}
