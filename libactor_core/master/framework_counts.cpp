#include "master/framework_counts.hpp"

#include "master/statuses.hpp"
#include "protocol/metrics.hpp"
#include "wire/task_state.hpp"

#include <mesos/v1/scheduler.pb.h>

#include <utility>

namespace troupe::master {

using mesos::v1::Offer;
using mesos::v1::scheduler::Call;
using mesos::v1::scheduler::Event;

namespace {

static_assert(Call::Type_ARRAYSIZE <= 32 && Event::Type_ARRAYSIZE <= 32 &&
              Offer::Operation::Type_ARRAYSIZE <= 32 && mesos::v1::TaskState_ARRAYSIZE <= 32);

constexpr const char* fates[] = {"sent", "accepted", "declined", "rescinded"};

std::string word_of(const google::protobuf::EnumDescriptor& type, int value) {
  return metric_word(type.FindValueByNumber(value)->name());
}

/// Returns the sum of all types.
template <class Sums>
double publish_types(metric_batch& to, const std::string& group,
                     const google::protobuf::EnumDescriptor& type, Sums& sums) {
  double all = 0;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const auto sum = std::exchange(sums[i], 0);
    if (sum == 0)
      continue;
    to.count(group + "/" + word_of(type, static_cast<int>(i)), sum);
    all += sum;
  }
  return all;
}

} // namespace

void framework_counts::publish(metric_batch& to, const std::string& prefix) {
  const auto with_sum = [&](const char* name, const auto* type, auto& sums) {
    auto group = prefix + name;
    if (auto all = publish_types(to, group, *type, sums); all != 0)
      to.count(group, all);
  };
  with_sum("calls", Call::Type_descriptor(), calls_);
  with_sum("events", Event::Type_descriptor(), events_);
  with_sum("operations", Offer::Operation::Type_descriptor(), operations_);
  publish_types(to, prefix + "tasks/terminal", *mesos::v1::TaskState_descriptor(), ended_tasks_);
  for (std::size_t i = 0; i < offers_.size(); ++i)
    if (const auto sum = std::exchange(offers_[i], 0); sum != 0)
      to.count(prefix + "offers/" + fates[i], sum);
}

void framework_counts::declare(metric_batch& to, const std::string& prefix) {
  const auto each = [](const google::protobuf::EnumDescriptor& type, auto use) {
    for (int i = 0; i < type.value_count(); ++i)
      if (type.value(i)->name() != "UNKNOWN")
        use(*type.value(i), metric_word(type.value(i)->name()));
  };
  for (const auto& [group, type] :
       {std::pair{"calls", Call::Type_descriptor()}, std::pair{"events", Event::Type_descriptor()},
        std::pair{"operations", Offer::Operation::Type_descriptor()}}) {
    auto own = prefix + group;
    to.count(own, 0);
    each(*type, [&](const auto&, const std::string& word) { to.count(own + "/" + word, 0); });
  }
  for (const auto* fate : fates)
    to.count(prefix + "offers/" + fate, 0);
  each(*mesos::v1::TaskState_descriptor(), [&](const auto& value, const std::string& word) {
    if (wire::is_terminal(static_cast<TaskState>(value.number())))
      to.count(prefix + "tasks/terminal/" + word, 0);
    else
      to.set(prefix + "tasks/active/" + word, 0);
  });
}

} // namespace troupe::master
