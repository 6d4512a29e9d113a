#include "wire/task_state.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace troupe::wire;
using namespace mesos::v1;

namespace {

template <class Predicate>
std::set<std::string> names_where(Predicate wanted) {
  std::set<std::string> names;
  for (int number = TaskState_MIN; number <= TaskState_MAX; ++number)
    if (TaskState_IsValid(number) && wanted(static_cast<TaskState>(number)))
      names.insert(TaskState_Name(static_cast<TaskState>(number)));
  return names;
}

} // namespace

TEST_CASE("a task is over in its terminal states only") {
  CHECK(names_where(is_terminal) ==
        std::set<std::string>{"TASK_FINISHED", "TASK_FAILED", "TASK_KILLED", "TASK_ERROR",
                              "TASK_LOST", "TASK_DROPPED", "TASK_GONE", "TASK_GONE_BY_OPERATOR"});
}

TEST_CASE("an unreachable task is removable though it is not over") {
  auto removable = names_where(is_terminal);
  removable.insert("TASK_UNREACHABLE");
  CHECK(names_where(is_removable) == removable);
}

TEST_CASE("frameworks that are not partition aware see TASK_LOST instead of the newer states") {
  auto hidden = names_where([](TaskState s) { return visible_state(s, false) != s; });
  CHECK(hidden == std::set<std::string>{"TASK_DROPPED", "TASK_UNREACHABLE", "TASK_GONE",
                                        "TASK_GONE_BY_OPERATOR", "TASK_UNKNOWN"});
  CHECK(names_where(needs_partition_awareness) == hidden);
  CHECK(visible_state(TASK_GONE, false) == TASK_LOST);
  CHECK(visible_state(TASK_GONE, true) == TASK_GONE);
  CHECK(visible_state(TASK_RUNNING, false) == TASK_RUNNING);
}
