/// Tasks by state, as `/state-summary` shows them.
#pragma once

#include "http/json_object.hpp"

#include <mesos/v1/mesos.pb.h>

#include <array>
#include <cstdint>

namespace troupe::http {

class task_counts {
 public:
  void add(mesos::v1::TaskState state) { change(state, 1); }
  void remove(mesos::v1::TaskState state) { change(state, UINT32_MAX); }

  /// `TASK_STAGING` to `TASK_UNREACHABLE`: ten members, other states are not shown.
  void append_to(json_object& object) const;

 private:
  void change(mesos::v1::TaskState state, std::uint32_t by);

  std::array<std::uint32_t, 10> counts_{};
};

} // namespace troupe::http
