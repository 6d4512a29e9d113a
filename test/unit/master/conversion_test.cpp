#include "operations.hpp"

#include "model/resource_text.hpp"

using namespace troupe;
using namespace troupe::master;
using namespace troupe::master::test;
using mesos::v1::FrameworkInfo;
using mesos::v1::TaskState;
using ToAgent = troupe::link::ToAgent;

namespace {

const std::string suffix = "; on agent m-S0 at slave(1)@10.0.0.1:5051 (agent1)";

/// A framework of role ops on one agent.
struct stage {
  explicit stage(FrameworkInfo info = multi_role_info({"ops"})) {
    w.start();
    f = w.subscribe(info);
    agent = w.add_agent();
  }

  /// ACCEPT of everything that is offered; `items` in the form that they have by now.
  void accept(const resources& items, const std::vector<Operation>& operations) {
    auto ids = offer(w, f, agent, items, "ops");
    w.forget();
    REQUIRE(w.call(f, test::accept(ids, operations)).status == 202);
  }

  resources total() const { return shown_total(w, agent.id); }

  /// Why the only operation of this turn was dropped.
  std::string dropped() const {
    for (const auto& line : w.all<effect::log>())
      if (line.line.find("operation dropped") == 0)
        return line.line;
    return {};
  }

  mesos::v1::TaskInfo task(const std::string& id, const resources& items) const {
    auto info = command_task(id, agent);
    *info.mutable_resources() = message_of(items);
    return info;
  }

  world w;
  scheduler f;
  worker agent;
};

const resources plain{scalar("cpus", 4), scalar("mem", 4096), scalar("disk", 10000)};

} // namespace

TEST_CASE("RESERVE converts the agent's total, the allocator's books and the agent's memory") {
  stage s;
  s.accept(plain, {reserve({reserved(scalar("cpus", 1), "ops")})});
  CHECK(s.total().reserved("ops") == resources{reserved(scalar("cpus", 1), "ops")});
  CHECK(s.total().unreserved().cpus() == quantity::from_double(3));
  auto told = s.w.told_allocator<convert_allocation>();
  REQUIRE(told.size() == 1);
  CHECK(told[0].framework == s.f.id);
  CHECK(told[0].agent == s.agent.id);
  CHECK(told[0].before == resources{scalar("cpus", 1)}.allocated_to_role("ops"));
  CHECK(told[0].after == resources{reserved(scalar("cpus", 1), "ops")}.allocated_to_role("ops"));
  CHECK(told_to_remember(s.w, s.agent) == resources{reserved(scalar("cpus", 1), "ops")});
  CHECK(s.w.events(s.f, Event::UPDATE_OPERATION_STATUS).empty());
}

TEST_CASE("a LAUNCH after RESERVE and CREATE uses what they made") {
  stage s;
  const auto data = volume("v1", 100, "ops");
  const auto share = resources{reserved(scalar("cpus", 1), "ops"), scalar("mem", 64), data};
  s.accept(plain,
           {reserve({reserved(scalar("cpus", 2), "ops"), reserved(scalar("disk", 200), "ops")}),
            create({data}), launch({s.task("t", share)})});
  auto runs = s.w.records(s.agent, ToAgent::kRunTask);
  REQUIRE(runs.size() == 1);
  CHECK(wire::from_proto(runs[0].run_task().task().resources())->unallocated() == share);
  CHECK(told_to_remember(s.w, s.agent) ==
        resources{reserved(scalar("cpus", 2), "ops"), reserved(scalar("disk", 100), "ops"), data});
  // What the agent has to remember is told before what needs it.
  auto records = s.w.records(s.agent.link);
  CHECK(records.back().has_run_task());
}

TEST_CASE("what an operation has made and nobody used goes back without a filter") {
  stage s;
  s.accept(plain, {reserve({reserved(scalar("cpus", 1), "ops")})});
  auto back = s.w.told_allocator<recover_resources>();
  REQUIRE(back.size() == 2);
  CHECK(back[0].filter == std::chrono::seconds{5});
  CHECK(back[0].returned.unallocated() ==
        resources{scalar("cpus", 3), scalar("mem", 4096), scalar("disk", 10000)});
  CHECK_FALSE(back[1].filter);
  CHECK(back[1].returned.unallocated() == resources{reserved(scalar("cpus", 1), "ops")});
}

TEST_CASE("without a filter all that is left goes back in one piece") {
  stage s;
  auto ids = offer(s.w, s.f, s.agent, plain, "ops");
  auto call = test::accept(ids, {reserve({reserved(scalar("cpus", 1), "ops")})});
  call.mutable_accept()->mutable_filters()->set_refuse_seconds(0);
  s.w.call(s.f, call);
  auto back = s.w.told_allocator<recover_resources>();
  REQUIRE(back.size() == 1);
  CHECK_FALSE(back[0].filter);
  CHECK(back[0].returned.cpus() == quantity::from_double(4));
}

TEST_CASE("operations in one ACCEPT can undo each other") {
  stage s;
  const auto data = volume("v1", 100, "ops");
  const resources kept{reserved(scalar("disk", 100), "ops")};
  s.accept(plain, {reserve(kept), create({data}), destroy({data}), unreserve(kept)});
  CHECK(s.total() == *parse_resources(world::usual_resources));
  CHECK(told_to_remember(s.w, s.agent).empty());
  auto back = s.w.told_allocator<recover_resources>();
  REQUIRE(back.size() == 1);
  CHECK(back[0].returned.unallocated() == plain);
}

TEST_CASE("a dropped operation lets the others go on") {
  stage s;
  s.accept(plain, {reserve({reserved(scalar("cpus", 99), "ops")}),
                   reserve({reserved(scalar("cpus", 1), "ops")})});
  CHECK(s.total().reserved("ops").cpus() == quantity::from_double(1));
  CHECK(s.dropped().find("does not contain cpus:99") != std::string::npos);
}

TEST_CASE("an operation with an id is dropped, and the framework hears why") {
  stage s;
  auto operation = reserve({reserved(scalar("cpus", 1), "ops")});
  operation.mutable_id()->set_value("op-1");
  s.accept(plain, {operation});
  auto heard = s.w.events(s.f, Event::UPDATE_OPERATION_STATUS);
  REQUIRE(heard.size() == 1);
  const auto& status = heard[0].update_operation_status().status();
  CHECK(status.operation_id().value() == "op-1");
  CHECK(status.state() == mesos::v1::OPERATION_ERROR);
  CHECK(status.agent_id().value() == s.agent.id.value());
  CHECK(status.message() == "Operation requested feedback, but it affects resources not managed by "
                            "a resource provider" +
                                suffix);
  CHECK(s.total() == *parse_resources(world::usual_resources));
}

TEST_CASE("invalid operations are dropped with their reason and change nothing") {
  auto strange = volume("v1", 10, "ops");
  strange.reservations.clear();
  auto read_only = volume("v1", 10, "ops");
  auto disk = *read_only.disk;
  disk.volume->mode = volume_mode::read_only;
  read_only.disk = disk;
  auto on_host = volume("v1", 10, "ops");
  disk = *on_host.disk;
  disk.volume->host_path = "/etc";
  on_host.disk = disk;
  auto fixed = scalar("cpus", 1);
  fixed.reservations.push_back({reservation_type::fixed, "ops", std::nullopt, {}});
  auto refined = reserved(reserved(scalar("cpus", 1), "ops"), "ops/a");
  struct sample {
    Operation operation;
    std::string why;
  };
  auto bad = GENERATE_COPY(values<sample>({
      {reserve({scalar("cpus", 1)}), "Resource cpus:1 is not dynamically reserved"},
      {reserve({fixed}), "Resource cpus(ops):1 is not dynamically reserved"},
      {reserve({reserved(scalar("cpus", 1), "other")}),
       "A reserve operation was attempted for a resource with role 'other', but the resource was "
       "allocated to role 'ops'"},
      {reserve({refined}), "but the resource was allocated to role 'ops'"},
      {reserve({volume("v1", 10, "ops")}), "must already be reserved"},
      {reserve({}), "Invalid resources: there are none"},
      {unreserve({scalar("cpus", 1)}), "Resource cpus:1 is not dynamically reserved"},
      {unreserve({volume("v1", 10, "ops")}), "Please destroy the persistent volume first"},
      {unreserve({reserved(scalar("cpus", 1), "ops")}), "does not contain"},
      {create({strange}), "Invalid resources: Invalid DiskInfo: Persistent volumes cannot be "
                          "created from unreserved resources"},
      {create({reserved(scalar("disk", 10), "ops")}), "is not a persistent volume"},
      {create({volume("../v", 10, "ops")}), "Invalid persistence ID"},
      {create({volume("v1", 10, "ops", "")}), "'container_path'"},
      {create({read_only}), "to be RW"},
      {create({on_host}), "'host_path'"},
      {create({volume("v1", 10, "ops"), volume("v1", 20, "ops")}),
       "Persistence ID 'v1' is not unique"},
      {create({shared_volume("v1", 10, "ops")}), "SHARED_RESOURCES"},
      {create({volume("v1", 10, "ops")}), "does not contain"},
      {destroy({volume("v1", 10, "ops")}), "Persistent volumes not found"},
      {destroy({scalar("disk", 10)}), "is not a persistent volume"},
      {grow(volume("v1", 10, "ops"), scalar("disk", 1)), "RESIZE_VOLUME"},
  }));
  stage s;
  s.accept(plain, {bad.operation});
  INFO(s.dropped());
  CHECK(s.dropped().find(bad.why) != std::string::npos);
  CHECK(s.total() == *parse_resources(world::usual_resources));
  CHECK(s.w.records(s.agent, ToAgent::kCheckpointResources).empty());
  CHECK(s.w.told_allocator<convert_allocation>().empty());
  auto back = s.w.told_allocator<recover_resources>();
  REQUIRE(back.size() == 1);
  CHECK(back[0].returned.unallocated() == plain);
}

TEST_CASE("operations on disks of resource providers are dropped: agents have none") {
  stage s;
  Operation operation;
  operation.set_type(Operation::DESTROY_DISK);
  *operation.mutable_destroy_disk()->mutable_source() = message_of(scalar("disk", 1));
  s.accept(plain, {operation});
  CHECK(s.dropped().find("resource provider") != std::string::npos);
}

TEST_CASE("a reservation and a volume name the framework's principal") {
  auto info = multi_role_info({"ops"});
  info.set_principal("alice");
  stage s(info);
  s.accept(plain, {reserve({reserved(scalar("cpus", 1), "ops", "bob")})});
  CHECK(s.dropped().find("attempted by principal 'alice', but there is a reserved resource in the "
                         "request with principal 'bob' set") != std::string::npos);
  s.accept(plain, {reserve({reserved(scalar("cpus", 1), "ops")})});
  CHECK(s.dropped().find("with no principal set") != std::string::npos);
  s.accept(plain, {reserve({reserved(scalar("cpus", 1), "ops", "alice")})});
  CHECK(s.total().reserved("ops").cpus() == quantity::from_double(1));
}

TEST_CASE("a persistence id is used once per role and agent") {
  stage s;
  const resources kept{reserved(scalar("disk", 100), "ops")};
  s.accept(plain, {reserve(kept), create({volume("v1", 40, "ops")})});
  s.accept({reserved(scalar("disk", 60), "ops")}, {create({volume("v1", 60, "ops", "elsewhere")})});
  CHECK(s.dropped().find("Persistence ID 'v1' is not unique") != std::string::npos);
  s.accept({reserved(scalar("disk", 60), "ops")}, {create({volume("v2", 60, "ops")})});
  CHECK(s.total().persistent_volumes().size() == 2);
}

TEST_CASE("a volume in use is not destroyed") {
  stage s(with(multi_role_info({"ops"}), FrameworkInfo::Capability::SHARED_RESOURCES));
  const auto data = shared_volume("v1", 100, "ops");
  s.accept(plain, {reserve({reserved(scalar("disk", 100), "ops")}), create({data}),
                   launch({s.task("t", {scalar("cpus", 1), data})})});
  REQUIRE(s.w.records(s.agent, ToAgent::kRunTask).size() == 1);
  s.accept({data}, {destroy({data})});
  CHECK(s.dropped().find("Persistent volumes in use") != std::string::npos);
  s.w.say(s.agent.link, test::update(s.f, "t", TaskState::TASK_FINISHED, uuid('f')));
  s.accept({data}, {destroy({data})});
  CHECK(s.total().persistent_volumes().empty());
  CHECK(s.total().reserved("ops").disk() == quantity::from_double(100));
}

TEST_CASE("other offers of a shared volume are rescinded before it is destroyed") {
  stage s(with(multi_role_info({"ops"}), FrameworkInfo::Capability::SHARED_RESOURCES));
  auto other =
      s.w.subscribe(with(multi_role_info({"ops"}), FrameworkInfo::Capability::SHARED_RESOURCES));
  const auto data = shared_volume("v1", 100, "ops");
  s.accept(plain, {reserve({reserved(scalar("disk", 100), "ops")}), create({data})});
  auto theirs = offer(s.w, other, s.agent, {data}, "ops");
  auto apart = offer(s.w, other, s.agent, {scalar("cpus", 1)}, "ops");
  s.accept({data}, {destroy({data})});
  auto rescinded = s.w.events(other, Event::RESCIND);
  REQUIRE(rescinded.size() == 1);
  CHECK(rescinded[0].rescind().offer_id().value() == theirs.at(0));
  CHECK(s.total().persistent_volumes().empty());
}

TEST_CASE("an offer that was on its way with a volume destroyed meanwhile goes back") {
  stage s(with(multi_role_info({"ops"}), FrameworkInfo::Capability::SHARED_RESOURCES));
  const resources sent{shared_volume("v1", 100, "ops"), scalar("cpus", 1)};
  CHECK(offer(s.w, s.f, s.agent, sent, "ops").empty());
  CHECK(s.w.told_allocator<recover_resources>().size() == 1);
}

TEST_CASE("volumes grow and shrink, and are not used in the same ACCEPT") {
  stage s;
  link::ToMaster record;
  *record.mutable_register_() = registration("agent2", "cpus:1;disk:1000", "slave(1)@10.0.0.2:1");
  record.mutable_register_()->add_capabilities()->set_type(
      mesos::v1::AgentInfo::Capability::RESIZE_VOLUME);
  s.agent.link = s.w.open_link();
  s.w.say(s.agent.link, record);
  s.agent.id = agent_id{"m-S1"};
  const auto small = volume("v1", 100, "ops");
  const auto big = volume("v1", 150, "ops");
  const auto spare = reserved(scalar("disk", 50), "ops");
  s.accept({scalar("disk", 1000), scalar("cpus", 1)},
           {reserve({reserved(scalar("disk", 150), "ops")}), create({small})});

  s.accept({small, spare, scalar("cpus", 1)},
           {grow(small, spare), launch({s.task("t", {scalar("cpus", 1), big})})});
  CHECK(s.total().persistent_volumes() == resources{big});
  CHECK(s.w.records(s.agent, ToAgent::kRunTask).empty());
  auto back = s.w.told_allocator<recover_resources>();
  REQUIRE(back.size() == 2);
  CHECK(back[1].returned.unallocated() == resources{big});
  CHECK_FALSE(back[1].filter);

  s.accept({big}, {shrink(big, 150)});
  CHECK(s.dropped().find("less than the size") != std::string::npos);
  s.accept({big}, {shrink(big, 0)});
  CHECK(s.dropped().find("must be positive") != std::string::npos);
  s.accept({big}, {shrink(big, 50)});
  CHECK(s.total().reserved("ops") == resources{small, spare});
}

TEST_CASE("a task cannot use what is reserved in another form, or a volume that is not there") {
  stage s;
  const auto data = volume("v1", 100, "ops");
  auto wanted = GENERATE_COPY(
      values<resources>({{reserved(scalar("cpus", 1), "ops")}, {scalar("cpus", 1), data}}));
  s.accept(plain, {launch({s.task("t", wanted)})});
  auto updates = s.w.updates(s.f);
  REQUIRE(updates.size() == 1);
  CHECK(updates[0].state() == TaskState::TASK_ERROR);
}

TEST_CASE("an agent that missed a conversion is told again when it comes back") {
  stage s;
  s.accept(plain, {reserve({reserved(scalar("cpus", 1), "ops")})});
  s.w.break_link(s.agent);
  s.w.forget();
  link::ToMaster record;
  auto* again = record.mutable_reregister()->mutable_registration();
  *again = registration("agent1", world::usual_resources, "slave(1)@10.0.0.1:5051");
  again->mutable_agent()->mutable_id()->set_value(s.agent.id.value());
  auto told = GENERATE(false, true);
  if (told) // it did hear of it
    *again->add_checkpointed_resources() = message_of(reserved(scalar("cpus", 1), "ops"));
  s.agent.link = s.w.open_link();
  s.w.say(s.agent.link, record);
  CHECK(s.total().reserved("ops").cpus() == quantity::from_double(1));
  CHECK(s.w.records(s.agent, ToAgent::kCheckpointResources).size() == (told ? 0 : 1));
  CHECK(s.w.told_allocator<update_agent>().empty());
}

TEST_CASE("after a failover of the master an agent's reservations and volumes are as it says") {
  world w;
  w.start();
  link::ToMaster record;
  auto* again = record.mutable_reregister()->mutable_registration();
  *again = registration("agent1", world::usual_resources, "slave(1)@10.0.0.1:5051");
  again->mutable_agent()->mutable_id()->set_value("old-S0");
  const resources made{reserved(scalar("cpus", 1), "ops"), volume("v1", 100, "ops")};
  *again->mutable_checkpointed_resources() = message_of(made);
  worker agent{agent_id{"old-S0"}, w.open_link()};
  w.say(agent.link, record);
  CHECK(checkpointed_part(shown_total(w, agent.id)) == made);
  CHECK(w.records(agent, ToAgent::kCheckpointResources).empty());
  auto added = w.told_allocator<add_agent>();
  REQUIRE(added.size() == 1);
  CHECK(checkpointed_part(added[0].total) == made);
}
