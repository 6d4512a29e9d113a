/// Numbers of the lists in the messages of the v1 API, for headers that shall not include those.
#pragma once

namespace troupe::http {

struct v1_list {
  static constexpr int agents = 1;
  static constexpr int executors = 1;
  static constexpr int offers = 7;
  static constexpr int tasks = 2;
  static constexpr int completed_tasks = 3;
  static constexpr int unreachable_tasks = 5;
};

} // namespace troupe::http
