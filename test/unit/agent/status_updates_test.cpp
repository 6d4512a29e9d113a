#include "agent/status_updates.hpp"

#include <mesos/v1/mesos.pb.h>

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::agent;
using namespace std::chrono_literals;
namespace v1 = mesos::v1;

namespace {

const task_key task{framework_id{"F"}, task_id{"t"}};
const steady_time t0{1h};

task_status_ptr make(v1::TaskState state, const std::string& uuid) {
  auto out = std::make_shared<v1::TaskStatus>();
  out->mutable_task_id()->set_value("t");
  out->set_state(state);
  out->set_uuid(uuid);
  return out;
}

struct fixture {
  update_streams streams;
  std::optional<outgoing_update> head;

  fixture() { streams.resume(t0); }
  update_streams::addition add(v1::TaskState state, const std::string& uuid, steady_time now = t0) {
    head.reset();
    return streams.add(task, make(state, uuid), now, &head);
  }
};

} // namespace

TEST_CASE("the first update of a task is sent at once") {
  fixture f;
  REQUIRE(f.add(v1::TASK_STARTING, "a") == update_streams::addition::accepted);
  REQUIRE(f.head);
  CHECK(f.head->status->uuid() == "a");
}

TEST_CASE("a second update waits for the acknowledgement of the first") {
  fixture f;
  f.add(v1::TASK_STARTING, "a");
  f.add(v1::TASK_RUNNING, "b");
  CHECK_FALSE(f.head);
  const auto result = f.streams.acknowledge(task, "a", t0);
  REQUIRE(result.status);
  REQUIRE(result.next);
  CHECK(result.next->status->uuid() == "b");
}

TEST_CASE(
    "an unacknowledged head is repeated after 10 s, then after twice the time, at most 10 min") {
  fixture f;
  f.add(v1::TASK_RUNNING, "a");
  auto now = t0;
  for (const auto delay : {10s, 20s, 40s, 80s, 160s, 320s, 600s, 600s}) {
    CHECK(f.streams.next_due() == now + delay);
    CHECK(f.streams.due(now + delay - 1ns).empty());
    now += delay;
    CHECK(f.streams.due(now).size() == 1);
  }
}

TEST_CASE("only the head's acknowledgement counts") {
  fixture f;
  f.add(v1::TASK_STARTING, "a");
  f.add(v1::TASK_RUNNING, "b");
  CHECK_FALSE(f.streams.acknowledge(task, "b", t0).status);
  CHECK_FALSE(f.streams.acknowledge(task, "x", t0).status);
  CHECK(f.streams.pending(task) == 2);
}

TEST_CASE("a repeated uuid is a duplicate, before and after its acknowledgement") {
  fixture f;
  f.add(v1::TASK_STARTING, "a");
  CHECK(f.add(v1::TASK_STARTING, "a") == update_streams::addition::pending);
  f.streams.acknowledge(task, "a", t0);
  CHECK(f.add(v1::TASK_STARTING, "a") == update_streams::addition::acknowledged);
  CHECK_FALSE(f.head);
}

TEST_CASE("nothing follows a terminal update") {
  fixture f;
  f.add(v1::TASK_FINISHED, "a");
  CHECK(f.add(v1::TASK_RUNNING, "b") == update_streams::addition::closed);
}

TEST_CASE("the acknowledgement of the terminal update closes the stream") {
  fixture f;
  f.add(v1::TASK_FINISHED, "a");
  CHECK(f.streams.acknowledge(task, "a", t0).closed);
  CHECK_FALSE(f.streams.is_open(task));
  CHECK_FALSE(f.streams.next_due());
}

TEST_CASE("a paused stream is silent, and sends its head on resumption with the first delay") {
  fixture f;
  f.add(v1::TASK_RUNNING, "a");
  f.streams.due(t0 + 10s);
  f.streams.pause();
  CHECK_FALSE(f.streams.next_due());
  CHECK(f.streams.due(t0 + 24h).empty());
  CHECK(f.streams.resume(t0 + 24h).size() == 1);
  CHECK(f.streams.next_due() == t0 + 24h + 10s);
}

TEST_CASE("an update that comes while paused is kept and not sent") {
  fixture f;
  f.streams.pause();
  f.add(v1::TASK_RUNNING, "a");
  CHECK_FALSE(f.head);
  CHECK(f.streams.resume(t0).size() == 1);
}

TEST_CASE("a restored stream knows what was acknowledged and sends the rest") {
  update_streams streams;
  streams.restore(task, {make(v1::TASK_STARTING, "a"), make(v1::TASK_RUNNING, "b")}, 1);
  const auto heads = streams.resume(t0);
  REQUIRE(heads.size() == 1);
  CHECK(heads[0].status->uuid() == "b");
  CHECK(streams.check(task, *make(v1::TASK_STARTING, "a")) ==
        update_streams::addition::acknowledged);
}

TEST_CASE("dropping a framework silences all of its streams and no other") {
  fixture f;
  const task_key other{framework_id{"G"}, task_id{"t"}};
  std::optional<outgoing_update> head;
  f.add(v1::TASK_RUNNING, "a");
  f.streams.add(other, make(v1::TASK_RUNNING, "b"), t0, &head);
  f.streams.drop(framework_id{"F"});
  CHECK_FALSE(f.streams.is_open(task));
  CHECK(f.streams.is_open(other));
  CHECK(f.streams.due(t0 + 10s).size() == 1);
}
