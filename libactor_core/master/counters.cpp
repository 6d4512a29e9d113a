#include "master/counters.hpp"

#include "protocol/metrics.hpp"

#include <utility>

namespace troupe::master {

void counter_sums::publish(metric_batch& to) {
  for (std::size_t i = 0; i < sums_.size(); ++i)
    if (auto sum = std::exchange(sums_[i], 0); sum != 0)
      to.count(counter_names[i], sum);
}

} // namespace troupe::master
