/// What a framework does and what becomes of it, counted by type until it is published under the framework's own names:
/// counting is an addition, names are composed once a tick.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace troupe {
class metric_batch;
}

namespace troupe::master {

enum class offer_fate { sent, accepted, declined, rescinded };

class framework_counts {
 public:
  /// The arguments are values of the protocol's enums: Call::Type, Event::Type, Offer::Operation::Type, TaskState.
  void call(int type) { add(calls_, type); }
  void event(int type) { add(events_, type); }
  void operation(int type) { add(operations_, type); }
  void ended_task(int state) { add(ended_tasks_, state); }
  void offer(offer_fate fate) { ++offers_[static_cast<std::size_t>(fate)]; }

  /// Hands everything over, with names below `prefix`, and starts again at 0.
  void publish(metric_batch& to, const std::string& prefix);

  /// All counters at 0, so that they are shown from the start.
  static void declare(metric_batch& to, const std::string& prefix);

 private:
  using by_type = std::array<std::uint32_t,
                             32>; ///< every value of the enums fits; checked where they are known

  static void add(by_type& sums, int type) { ++sums.at(static_cast<std::size_t>(type)); }

  by_type calls_{}, events_{}, operations_{}, ended_tasks_{};
  std::array<std::uint32_t, 4> offers_{};
};

} // namespace troupe::master
