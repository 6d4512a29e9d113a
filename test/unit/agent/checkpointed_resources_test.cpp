#include "core_fixture.hpp"

#include "model/checkpointed.hpp"

using namespace troupe;
using namespace troupe::agent;
using namespace troupe::agent::test;

namespace {

agent_config config_with_disk(double disk = 1000) {
  auto config = make_config();
  auto info = *config.info;
  auto& item = *info.add_resources();
  item = test::scalar("disk", disk);
  item.clear_allocation_info();
  config.total = *wire::from_proto(info.resources());
  config.info = std::make_shared<v1::AgentInfo>(info);
  return config;
}

resource reserved(const std::string& name, double amount) {
  auto item = make_scalar(name, amount);
  item.reservations.push_back({reservation_type::dynamic, "eng/dev", std::nullopt, {}});
  return item;
}

resource volume(const std::string& id, double amount = 100) {
  auto item = reserved("disk", amount);
  item.disk = disk_info{persistence{id, std::nullopt},
                        disk_volume{"data", volume_mode::read_write, std::nullopt}, std::nullopt};
  return item;
}

link::ToAgent order(const resources& items) {
  link::ToAgent record;
  *record.mutable_checkpoint_resources()->mutable_resources() =
      wire::to_proto(items, wire::resource_format::post_refinement);
  return record;
}

const std::string place = "/var/lib/agent/volumes/roles/eng dev/";
const std::string info_file = "resources/resources.info";
const std::string target_file = "resources/resources.target";

/// What the agent says of itself when it registers.
resources told(core_fixture& f) {
  f.forget();
  f.did(f.core.link_down(f.now));
  f.did(f.core.link_up(f.now));
  f.pass(1s);
  for (const auto& x : f.every<effect::tell_master>())
    if (x.record->has_reregister())
      return *wire::from_proto(x.record->reregister().registration().checkpointed_resources());
  FAIL("it did not register");
  return {};
}

v1::TaskInfo task_with(const resource& item) {
  auto task = command_task_info("t");
  auto& message = *task.add_resources();
  message = wire::to_proto(item, wire::resource_format::post_refinement);
  message.mutable_allocation_info()->set_role("eng/dev");
  return task;
}

} // namespace

TEST_CASE("resources to remember are written, their volumes made, and told at registration") {
  registered_core f(config_with_disk());
  const resources made{reserved("cpus", 2), volume("v1")};
  f.receive(order(made));
  CHECK(f.files.contains(info_file));
  CHECK_FALSE(f.files.contains(target_file));
  auto changes = f.every<effect::change_volumes>();
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].volumes.made == std::vector<std::string>{place + "v1"});
  CHECK(changes[0].volumes.removed.empty());
  CHECK(checkpointed_part(f.core.view()->total) == made);
  CHECK(f.core.view()->total.scalars() == config_with_disk().total.scalars());
  CHECK(told(f) == made);
}

TEST_CASE("the target is durable before volumes change, and they before the list") {
  registered_core f(config_with_disk());
  f.receive(order({volume("v1")}));
  REQUIRE(f.last.size() == 4);
  CHECK(std::get<effect::write_file>(f.last[0]).path == target_file);
  CHECK(std::holds_alternative<effect::change_volumes>(f.last[1]));
  CHECK(std::get<effect::write_file>(f.last[2]).path == info_file);
  CHECK(std::get<effect::remove_file>(f.last[3]).path == target_file);
}

TEST_CASE("a volume that is gone from the list is removed, one that has grown stays") {
  registered_core f(config_with_disk());
  f.receive(order({volume("v1"), volume("v2")}));
  f.forget();
  f.receive(order({volume("v2", 150)}));
  auto changes = f.every<effect::change_volumes>();
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].volumes.removed == std::vector<std::string>{place + "v1"});
  CHECK(told(f) == resources{volume("v2", 150)});
}

TEST_CASE("the same list again changes nothing") {
  registered_core f(config_with_disk());
  f.receive(order({volume("v1")}));
  f.forget();
  f.receive(order({volume("v1")}));
  CHECK(f.all.empty());
}

TEST_CASE("a list that does not fit the agent is refused and changes nothing") {
  registered_core f(config_with_disk());
  auto list = GENERATE(values<resources>({{reserved("cpus", 99)}, {volume("../../etc")}}));
  f.receive(order(list));
  CHECK(f.all.empty());
  CHECK(f.core.view()->total == config_with_disk().total);
}

TEST_CASE("a restarted agent goes on with its reservations and volumes") {
  registered_core before(config_with_disk());
  const resources made{reserved("cpus", 2), volume("v1")};
  before.receive(order(made));
  core_fixture f(config_with_disk());
  f.start(before.disk());
  auto changes = f.every<effect::change_volumes>();
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].volumes.made == std::vector<std::string>{place + "v1"});
  f.register_agent();
  CHECK(checkpointed_part(f.core.view()->total) == made);
  CHECK(told(f) == made);
}

TEST_CASE("a restart between target and list finishes the change") {
  registered_core before(config_with_disk());
  before.receive(order({volume("v1")}));
  auto old_list = before.files.at(info_file);
  before.receive(order({volume("v2")}));
  auto files = before.files;
  files[target_file] = files.at(info_file);
  files[info_file] = old_list;
  core_fixture f(config_with_disk());
  f.start({files.begin(), files.end()});
  auto changes = f.every<effect::change_volumes>();
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].volumes.made == std::vector<std::string>{place + "v2"});
  CHECK(changes[0].volumes.removed == std::vector<std::string>{place + "v1"});
  CHECK_FALSE(f.files.contains(target_file));
  CHECK(f.files.at(info_file) == before.files.at(info_file));
}

TEST_CASE("an agent started with too little for its volumes does not start") {
  registered_core before(config_with_disk());
  before.receive(order({volume("v1", 900)}));
  auto config = config_with_disk(500);
  config.reconfiguration = reconfiguration_policy::additive;
  auto files = before.disk();
  std::erase_if(files, [](const auto& file) { return file.first.starts_with("slaves/"); });
  core_fixture f(config);
  f.did(f.core.start(files, f.now));
  auto stops = f.every<effect::stop>();
  REQUIRE(stops.size() == 1);
  CHECK(stops[0].failed);
  CHECK(stops[0].reason.find("v1") != std::string::npos);
}

TEST_CASE("a damaged list is damage") {
  registered_core before(config_with_disk());
  before.receive(order({volume("v1")}));
  auto files = before.files;
  files[info_file].back() ^= 1;
  core_fixture f(config_with_disk());
  f.did(f.core.start({files.begin(), files.end()}, f.now));
  REQUIRE(f.every<effect::stop>().size() == 1);
  CHECK(f.every<effect::stop>()[0].reason.find("resources.info is damaged") != std::string::npos);
}

TEST_CASE("a task with a volume that the agent does not have is dropped") {
  registered_core f(config_with_disk());
  f.run(task_with(volume("v1")), make_framework(true, true));
  REQUIRE(f.updates().size() == 1);
  const auto& status = f.updates()[0].status();
  CHECK(status.state() == v1::TASK_DROPPED);
  CHECK(status.reason() == v1::TaskStatus::REASON_RESOURCES_UNKNOWN);
  CHECK(f.every<effect::run_command>().empty());
}

TEST_CASE("a task's container is given the volume") {
  registered_core f(config_with_disk());
  f.receive(order({volume("v1")}));
  f.run(task_with(volume("v1")));
  auto runs = f.every<effect::run_command>();
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].run->spec->limits.persistent_volumes().unallocated() == resources{volume("v1")});
}
