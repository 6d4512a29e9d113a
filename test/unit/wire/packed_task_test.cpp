#include "wire/packed_task.hpp"

#include "random_message.hpp"

#include <catch2/catch.hpp>
#include <google/protobuf/util/message_differencer.h>
#include <mesos/v1/mesos.pb.h>

using namespace troupe;
using google::protobuf::util::MessageDifferencer;
using mesos::v1::Task;

TEST_CASE("a packed task gives back the task, whatever is in it") {
  std::mt19937_64 random(GENERATE(1u, 2u, 3u, 4u));
  Task used_before;
  for (int i = 0; i < 300; ++i) {
    Task task;
    wire::fill_randomly(task, random);
    const packed_task packed(task);
    CHECK(packed.task() == task.task_id().value());
    CHECK(packed.framework() == task.framework_id().value());
    CHECK(packed.agent() == task.agent_id().value());
    CHECK(packed.state() == task.state());
    CHECK(MessageDifferencer::Equals(packed.unpack(), task));
    packed.unpack_into(used_before);
    CHECK(MessageDifferencer::Equals(used_before, task));
  }
}

TEST_CASE("an update of a packed task changes its progress and nothing else") {
  std::mt19937_64 random(GENERATE(1u, 2u, 3u, 4u));
  for (int i = 0; i < 300; ++i) {
    Task task;
    wire::fill_randomly(task, random);
    Task other;
    wire::fill_randomly(other, random);
    const packed_task before(task);
    auto progress = before.unpack_progress();
    CHECK(progress.statuses_size() == task.statuses_size());
    progress.set_state(other.state());
    *progress.mutable_statuses() = other.statuses();
    progress.set_status_update_state(other.status_update_state());
    progress.clear_status_update_uuid();
    const auto after = before.after(progress);

    auto expected = task;
    expected.set_state(other.state());
    *expected.mutable_statuses() = other.statuses();
    expected.set_status_update_state(other.status_update_state());
    expected.clear_status_update_uuid();
    CHECK(after.state() == other.state());
    CHECK(MessageDifferencer::Equals(after.unpack(), expected));
    CHECK(MessageDifferencer::Equals(before.unpack(), task));
    CHECK(after.same_launch(before));
    CHECK(!after.same_launch(packed_task(task)));
  }
}
