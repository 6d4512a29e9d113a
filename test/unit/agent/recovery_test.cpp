/// Restarts: what a second life makes of the files of the first.
#include "core_fixture.hpp"

using namespace troupe;
using namespace troupe::agent;
using namespace troupe::agent::test;
using v1::executor::Call;
using v1::executor::Event;

namespace {

/// The files after a life in which custom executor "ex" ran t1 (TASK_RUNNING acknowledged) and was
/// sent t2 (no update), and command task c1 ran (TASK_STARTING sent, not acknowledged).
checkpoint_files first_life(bool aware = true) {
  registered_core f;
  const auto framework = make_framework(true, aware);
  f.run(custom_task_info("t1"), framework);
  f.subscribe("ex", false);
  f.update("ex", f.status("t1", v1::TASK_RUNNING, 'a'));
  f.acknowledge(f.status("t1", v1::TASK_RUNNING, 'a'));
  f.run(custom_task_info("t2"), framework);
  f.run(command_task_info("c1"), framework);
  f.subscribe("c1", true);
  f.update("c1", f.status("c1", v1::TASK_STARTING, 'b'), true);
  return f.disk();
}

struct second_life : core_fixture {
  explicit second_life(const checkpoint_files& files, agent_config config = make_config())
      : core_fixture(std::move(config)) {
    this->files = {files.begin(), files.end()};
    did(core.start(files, now));
  }
  void recovered() { did(core.containers_recovered(now)); }
  const effect::take_over& taken() {
    overs = every<effect::take_over>();
    REQUIRE(overs.size() == 1);
    return overs[0];
  }
  container_id container_of(const std::string& executor) {
    for (const auto& item : taken().containers)
      if (item.spec->executor.value() == executor)
        return item.spec->id;
    FAIL("no container of " + executor);
    return {};
  }
  std::vector<effect::take_over> overs;
};

checkpoint_files edited(checkpoint_files files, const std::string& end,
                        const std::function<void(std::string&)>& edit) {
  bool found = false;
  for (auto& [path, bytes] : files)
    if (path.ends_with(end)) {
      edit(bytes);
      found = true;
    }
  REQUIRE(found);
  return files;
}

} // namespace

TEST_CASE("a fresh agent notes its boot and takes nothing over") {
  core_fixture f;
  f.start();
  CHECK(f.files == std::map<std::string, std::string>{{"boot_id", "boot-1"}});
  CHECK(f.core.phase() == agent_phase::recovered);
}

TEST_CASE("after a restart the agent has its id, its tasks and their last states") {
  second_life f{first_life()};
  CHECK(f.core.id() == agent_id{"A1"});
  f.recovered();
  const auto view = f.core.view();
  REQUIRE(view->frameworks.size() == 1);
  std::map<std::string, v1::TaskState> states;
  for (const auto& executor : view->frameworks[0]->executors)
    for (const auto& task : executor->tasks)
      states[task->task_id().value()] = task->state();
  CHECK(states == std::map<std::string, v1::TaskState>{{"c1", v1::TASK_STARTING},
                                                       {"t1", v1::TASK_RUNNING},
                                                       {"t2", v1::TASK_STAGING}});
}

TEST_CASE("containers are taken over, those of command tasks with a built-in executor") {
  second_life f{first_life()};
  REQUIRE(f.taken().containers.size() == 2);
  for (const auto& item : f.taken().containers) {
    const bool command = item.spec->executor.value() == "c1";
    CHECK((item.run != nullptr) == command);
    if (item.run) {
      CHECK(item.run->resumed->last_state == v1::TASK_STARTING);
      CHECK_FALSE(item.run->resumed->kill_requested);
    }
  }
}

TEST_CASE(
    "calls are answered 503 while recovering, and only SUBSCRIBE is served while reconnecting") {
  second_life f{first_life()};
  CHECK(f.subscribe("ex", false) == 503);
  f.recovered();
  CHECK(f.core.phase() == agent_phase::reconnecting);
  CHECK(f.update("ex", f.status("t1", v1::TASK_RUNNING, 'x')) == 503);
  Call::Subscribe with;
  *with.add_unacknowledged_tasks() = custom_task_info("t2");
  CHECK(f.subscribe("ex", false, with) == 200);
  CHECK(f.core.phase() == agent_phase::recovered);
  CHECK(f.core.view()->recovering == false);
}

TEST_CASE("the agent registers only after the executors had their time") {
  second_life f{first_life()};
  f.recovered();
  f.did(f.core.link_up(f.now));
  f.pass(2s - 1ns);
  CHECK(f.every<effect::tell_master>().empty());
  f.pass(2s);
  const auto told = f.every<effect::tell_master>();
  REQUIRE_FALSE(told.empty());
  CHECK(told[0].record->reregister().registration().agent().id().value() == "A1");
}

TEST_CASE("an executor that does not come back in time loses its tasks") {
  second_life f{first_life()};
  const auto container = f.container_of("ex");
  f.recovered();
  f.pass(2s);
  REQUIRE(f.every<effect::destroy>().size() == 1);
  f.did(f.core.container_exited({container, container_end::destroyed, 9, "", 0}, f.now));
  f.forget();
  f.register_agent();
  std::map<std::string, v1::TaskState> states;
  for (const auto& x : f.updates()) {
    states[x.status().task_id().value()] = x.status().state();
    if (x.status().task_id().value() != "c1")
      CHECK(x.status().reason() == v1::TaskStatus::REASON_EXECUTOR_REREGISTRATION_TIMEOUT);
  }
  CHECK(states.at("t1") == v1::TASK_GONE);
  CHECK(states.at("t2") == v1::TASK_GONE);
}

TEST_CASE("frameworks that are not partition aware hear TASK_LOST instead of TASK_GONE") {
  second_life f{first_life(false)};
  const auto container = f.container_of("ex");
  f.recovered();
  f.pass(2s);
  f.did(f.core.container_exited({container, container_end::destroyed, 9, "", 0}, f.now));
  f.forget();
  f.register_agent();
  for (const auto& x : f.updates())
    if (x.status().task_id().value() == "t1")
      CHECK(x.status().state() == v1::TASK_LOST);
}

TEST_CASE("a task that never reached the returning executor is dropped") {
  second_life f{first_life()};
  f.recovered();
  f.subscribe("ex", false);
  f.register_agent();
  bool dropped = false;
  for (const auto& x : f.updates())
    if (x.status().task_id().value() == "t2") {
      CHECK(x.status().state() == v1::TASK_DROPPED);
      CHECK(x.status().reason() == v1::TaskStatus::REASON_AGENT_RESTARTED);
      dropped = true;
    }
  CHECK(dropped);
}

TEST_CASE("updates that were not acknowledged are sent again, acknowledged ones are not") {
  second_life f{first_life()};
  f.recovered();
  Call::Subscribe with;
  *with.add_unacknowledged_tasks() = custom_task_info("t2");
  f.subscribe("ex", false, with);
  f.forget();
  f.register_agent();
  REQUIRE(f.updates().size() == 1);
  CHECK(f.updates()[0].status().task_id().value() == "c1");
  CHECK(f.updates()[0].status().uuid() == std::string(16, 'b'));
}

TEST_CASE("an update that was acknowledged before the restart is acknowledged again, not sent") {
  second_life f{first_life()};
  f.recovered();
  Call::Subscribe with;
  *with.add_unacknowledged_tasks() = custom_task_info("t2");
  *with.add_unacknowledged_updates()->mutable_status() = f.status("t1", v1::TASK_RUNNING, 'a');
  f.forget();
  f.subscribe("ex", false, with);
  CHECK(f.events() == std::vector{Event::SUBSCRIBED, Event::ACKNOWLEDGED});
}

TEST_CASE("the built-in executor may report while the agent still recovers") {
  second_life f{first_life()};
  CHECK(f.subscribe("c1", true) == 200);
  CHECK(f.update("c1", f.status("c1", v1::TASK_FINISHED, 'c'), true) == 202);
}

TEST_CASE(
    "a torn update file loses its torn record only, and is repaired before it is used again") {
  const auto files = edited(first_life(), "c1/task.updates",
                            [](std::string& bytes) { bytes += bytes.substr(0, bytes.size() - 1); });
  second_life f{files};
  f.recovered();
  std::string path;
  for (const auto& [p, bytes] : f.files)
    if (p.ends_with("c1/task.updates"))
      path = p;
  const auto list = decode_records(f.files.at(path));
  CHECK(list.records.size() == 1);
  CHECK(list.good_bytes == f.files.at(path).size());
  CHECK(f.core.counters().recovery_errors == 0);
  CHECK(f.subscribe("c1", true) == 200);
  f.update("c1", f.status("c1", v1::TASK_RUNNING, 'c'), true);
  CHECK(decode_records(f.files.at(path)).records.size() == 2);
}

TEST_CASE("an update torn whole leaves the task as it was before") {
  const auto files = edited(first_life(), "c1/task.updates",
                            [](std::string& bytes) { bytes.resize(bytes.size() - 1); });
  second_life f{files};
  for (const auto& item : f.taken().containers)
    if (item.run)
      CHECK(item.run->resumed->last_state == v1::TASK_STAGING);
}

TEST_CASE("a damaged description ends a strict start and names the file") {
  const auto files = edited(first_life(), "framework.info", [](std::string& bytes) {
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
  });
  second_life f{files};
  REQUIRE(f.every<effect::stop>().size() == 1);
  CHECK(f.every<effect::stop>()[0].failed);
  CHECK(f.every<effect::stop>()[0].reason.find("slaves/A1/frameworks/F1/framework.info") !=
        std::string::npos);
}

TEST_CASE("without strict, damage is counted and the rest is recovered") {
  auto config = make_config();
  config.strict = false;
  const auto files =
      edited(first_life(), "c1/executor.info", [](std::string& bytes) { bytes.resize(3); });
  second_life f{files, config};
  CHECK(f.every<effect::stop>().empty());
  CHECK(f.core.counters().recovery_errors == 1);
  CHECK(f.taken().containers.size() == 1);
}

TEST_CASE("an agent whose description changed is refused with what changed and what to do") {
  auto config = make_config();
  v1::AgentInfo info = *config.info;
  info.set_hostname("host2");
  config.info = std::make_shared<v1::AgentInfo>(info);
  second_life f{first_life(), config};
  REQUIRE(f.every<effect::stop>().size() == 1);
  const auto reason = f.every<effect::stop>()[0].reason;
  CHECK(reason.find("the hostname was 'host1' and is 'host2'") != std::string::npos);
  CHECK(reason.find("--reconfiguration_policy") != std::string::npos);
}

TEST_CASE("after a reboot nothing is taken over and every task has failed") {
  auto config = make_config();
  config.boot_id = "boot-2";
  second_life f{first_life(), config};
  CHECK(f.taken().containers.empty());
  f.recovered();
  CHECK(f.core.id() == agent_id{"A1"});
  CHECK(f.files.at("boot_id") == "boot-2");
  f.register_agent();
  std::map<std::string, v1::TaskState> heads;
  for (const auto& x : f.updates())
    heads[x.status().task_id().value()] = x.latest_state();
  CHECK(heads == std::map<std::string, v1::TaskState>{
                     {"c1", v1::TASK_FAILED}, {"t1", v1::TASK_FAILED}, {"t2", v1::TASK_FAILED}});
}

TEST_CASE("after a reboot with another description the agent starts anew") {
  auto config = make_config();
  config.boot_id = "boot-2";
  v1::AgentInfo info = *config.info;
  info.set_hostname("host2");
  config.info = std::make_shared<v1::AgentInfo>(info);
  second_life f{first_life(), config};
  f.recovered();
  CHECK(f.every<effect::stop>().empty());
  CHECK(f.core.id().empty());
  CHECK(f.files == std::map<std::string, std::string>{{"boot_id", "boot-2"}});
}

TEST_CASE("an executor that never subscribed is destroyed and its tasks are dropped") {
  registered_core first;
  first.run(custom_task_info("t1"), make_framework(true, true));
  second_life f{first.disk()};
  const auto container = f.container_of("ex");
  f.recovered();
  REQUIRE(f.every<effect::destroy>().size() == 1);
  f.did(f.core.container_exited({container, container_end::destroyed, 9, "", 0}, f.now));
  f.register_agent();
  REQUIRE(f.updates().size() == 1);
  CHECK(f.updates()[0].status().state() == v1::TASK_DROPPED);
  CHECK(f.updates()[0].status().reason() == v1::TaskStatus::REASON_AGENT_RESTARTED);
}

TEST_CASE("a container that ended while the agent was away without a trace fails its task") {
  second_life f{first_life()};
  const auto container = f.container_of("c1");
  f.did(f.core.container_exited({container, container_end::lost, {}, "", 0}, f.now));
  f.recovered();
  f.register_agent();
  for (const auto& x : f.updates())
    if (x.status().task_id().value() == "c1")
      CHECK(x.latest_state() == v1::TASK_FAILED);
}

TEST_CASE("a kill that was under way goes on after the restart") {
  registered_core first;
  first.run(command_task_info("c1"));
  first.subscribe("c1", true);
  first.update("c1", first.status("c1", v1::TASK_RUNNING, 'b'), true);
  first.kill("c1");
  second_life f{first.disk()};
  REQUIRE(f.taken().containers.size() == 1);
  CHECK(f.taken().containers[0].run->resumed->kill_requested);
  CHECK_FALSE(f.taken().containers[0].run->resumed->kill_grace);
}

TEST_CASE("a finished task whose update was not acknowledged is only reported") {
  registered_core first;
  first.run(command_task_info("c1"));
  first.subscribe("c1", true);
  first.update("c1", first.status("c1", v1::TASK_FINISHED, 'b'), true);
  second_life f{first.disk()};
  CHECK(f.taken().containers.empty());
  f.recovered();
  f.register_agent();
  CHECK(f.states() == std::vector{v1::TASK_FINISHED});
  f.acknowledge(f.updates()[0].status());
  for (const auto& [path, bytes] : f.files)
    CHECK(path.find("executors") == std::string::npos);
}

TEST_CASE("tasks of frameworks without checkpoints leave no trace") {
  registered_core first;
  first.run(command_task_info("c1"), make_framework(false));
  second_life f{first.disk()};
  CHECK(f.taken().containers.empty());
}

TEST_CASE("cleanup shuts all executors down, forgets the id and stops") {
  auto config = make_config();
  config.recover = recover_mode::cleanup;
  second_life f{first_life(), config};
  f.recovered();
  for (const auto& item : f.taken().containers)
    f.did(f.core.container_exited({item.spec->id, container_end::destroyed, 9, "", 0}, f.now));
  REQUIRE(f.every<effect::stop>().size() == 1);
  CHECK_FALSE(f.every<effect::stop>()[0].failed);
  CHECK_FALSE(f.files.contains("slaves/latest"));
}

TEST_CASE("an executor recorded without its run is cleaned away") {
  auto files = first_life();
  std::erase_if(files,
                [](const auto& file) { return file.first.find("/c1/runs/") != std::string::npos; });
  second_life f{files};
  f.recovered();
  for (const auto& [path, bytes] : f.files)
    CHECK(path.find("executors/c1") == std::string::npos);
}

TEST_CASE("what a crash left without its description is cleaned away, and is no damage") {
  auto files = first_life();
  const auto without = [&](const std::string& end) {
    auto out = files;
    std::erase_if(out, [&](const auto& file) { return file.first.ends_with(end); });
    return out;
  };
  SECTION("a framework") {
    second_life f{without("framework.info")};
    f.recovered();
    CHECK(f.every<effect::stop>().empty());
    CHECK(f.core.id() == agent_id{"A1"});
    for (const auto& [path, bytes] : f.files)
      CHECK(path.find("frameworks") == std::string::npos);
  }
  SECTION("the agent") {
    second_life f{without("slave.info")};
    f.recovered();
    CHECK(f.every<effect::stop>().empty());
    CHECK(f.core.id().empty());
    CHECK(f.files == std::map<std::string, std::string>{{"boot_id", "boot-1"}});
  }
}

TEST_CASE("a start from any prefix of the first life's writes neither crashes nor forgets an id") {
  registered_core first;
  std::vector<any_effect> operations;
  core_fixture whole;
  whole.start();
  whole.register_agent();
  whole.run(custom_task_info("t1"));
  whole.subscribe("ex", false);
  whole.update("ex", whole.status("t1", v1::TASK_RUNNING, 'a'));
  whole.acknowledge(whole.status("t1", v1::TASK_RUNNING, 'a'));
  whole.run(command_task_info("c1"));
  whole.subscribe("c1", true);
  whole.kill("c1");
  whole.update("c1", whole.status("c1", v1::TASK_KILLED, 'b'), true);
  whole.acknowledge(whole.status("c1", v1::TASK_KILLED, 'b'));
  std::map<std::string, std::string> disk;
  std::size_t tried = 0;
  for (const auto& effect : whole.all) {
    if (const auto* x = std::get_if<effect::write_file>(&effect))
      disk[x->path] = x->bytes;
    else if (const auto* y = std::get_if<effect::append_file>(&effect))
      disk[y->path] += y->bytes;
    else if (const auto* z = std::get_if<effect::remove_file>(&effect))
      std::erase_if(disk, [&](const auto& file) {
        return file.first == z->path || file.first.starts_with(z->path + "/");
      });
    else
      continue;
    ++tried;
    second_life f{checkpoint_files{disk.begin(), disk.end()}};
    f.recovered();
    CHECK(f.every<effect::stop>().empty());
    if (disk.contains("slaves/latest"))
      CHECK(f.core.id() == agent_id{"A1"});
  }
  CHECK(tried > 10);
}
