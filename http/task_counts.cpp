#include "http/task_counts.hpp"

namespace troupe::http {

namespace v1 = mesos::v1;

namespace {

constexpr std::array<v1::TaskState, 10> shown{
    v1::TASK_STAGING, v1::TASK_STARTING, v1::TASK_RUNNING, v1::TASK_KILLING, v1::TASK_FINISHED,
    v1::TASK_KILLED,  v1::TASK_FAILED,   v1::TASK_LOST,    v1::TASK_ERROR,   v1::TASK_UNREACHABLE};

} // namespace

void task_counts::change(v1::TaskState state, std::uint32_t by) {
  for (std::size_t i = 0; i < shown.size(); ++i)
    if (shown[i] == state)
      counts_[i] += by;
}

void task_counts::append_to(json_object& object) const {
  for (std::size_t i = 0; i < shown.size(); ++i)
    object.integer(v1::TaskState_Name(shown[i]), counts_[i]);
}

} // namespace troupe::http
