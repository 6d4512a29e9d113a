/// The whole library with real processes: an actor system with threads, containers that run commands.
#include "isolators/files.hpp"
#include "isolators/process_tree.hpp"
#include "isolators/start_containerizer.hpp"
#include "runtime/deterministic_system.hpp"

#include <caf/all.hpp>
#include <catch2/catch.hpp>
#include <mesos/v1/mesos.pb.h>

#include <csignal>
#include <filesystem>

using namespace troupe;
using namespace troupe::isolators;
using namespace std::chrono_literals;
namespace v1 = mesos::v1;

namespace {

/// Goes when nobody writes to it any more: after the actor system.
struct scratch_root {
  std::filesystem::path path = make();

  static std::filesystem::path make() {
    std::string name = "/dev/shm/troupe-containerizer-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    std::filesystem::permissions(name, std::filesystem::perms(0755));
    return name;
  }
  ~scratch_root() { std::filesystem::remove_all(path); }
};

/// One agent's containers in a scratch folder, heard by this thread.
struct fixture {
  scratch_root holder;
  std::filesystem::path root = holder.path;
  real_clock time;
  caf::actor_system_config settings;
  caf::actor_system system{prepare(settings)};
  caf::scoped_actor self{system};
  containerizer_config config = make_config();
  containerizer_actor subject = start();

  static caf::actor_system_config& prepare(caf::actor_system_config& settings) {
    settings.set("scheduler.policy", caf::atom("sharing"));
    settings.set("scheduler.max-threads", std::size_t{2});
    return settings;
  }

  containerizer_config make_config() const {
    containerizer_config result;
    result.launcher.work_dir = root / "work";
    result.launcher.runtime_dir = root / "run";
    result.launcher.init_binary =
        std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path() /
        "daemons/troupe-init";
    result.launcher.kill_patience = 200ms;
    result.launcher.record_retention = 1ms;
    result.isolation = {"posix/cpu", "posix/mem"};
    std::filesystem::create_directories(root / "work");
    return result;
  }

  containerizer_actor start() {
    auto result = start_containerizer(system, config, time);
    INFO((result ? "" : result.error()));
    REQUIRE(result);
    return *result;
  }

  /// As an agent that goes down: containers live on.
  void stop() {
    self->monitor(subject);
    caf::anon_send_exit(subject, caf::exit_reason::user_shutdown);
    self->receive([](const caf::down_msg&) {});
  }

  ~fixture() {
    recover_all_as_orphans();
    stop();
    subject = containerizer_actor{};
  }

  /// Whatever a failed test left running.
  void recover_all_as_orphans() {
    for (const auto& id : launched)
      self->send(subject, destroy_container{container_id(id)});
    for (int waiting = static_cast<int>(launched.size()); waiting > 0; --waiting)
      self->receive([](const container_exited&) {}, [](const container_started&) {},
                    caf::after(5s) >> [&] { waiting = 0; });
  }

  std::shared_ptr<container_spec> spec(const std::string& id, const std::string& command) const {
    auto info = std::make_shared<v1::CommandInfo>();
    info->set_value(command);
    auto result = std::make_shared<container_spec>();
    result->id = container_id(id);
    result->directory = root / "work/slaves/S/frameworks/F/executors/e/runs" / id;
    result->command = std::move(info);
    result->limits = resources({scalar("cpus", 0.5), scalar("mem", 32)});
    return result;
  }

  static resource scalar(const std::string& name, double amount) {
    resource item;
    item.name = name;
    item.value = quantity::from_double(amount);
    return item;
  }

  container_listener_actor listener() {
    return caf::actor_cast<container_listener_actor>(caf::actor_cast<caf::actor>(self));
  }

  void launch(container_spec_ptr what) {
    launched.insert(what->id.value());
    self->send(subject, launch_container{std::move(what), listener()});
  }

  container_started expect_start() {
    container_started result;
    self->receive([&](const container_started& x) { result = x; },
                  [](const container_exited& x) { FAIL(x.id << " ended: " << x.message); },
                  caf::after(10s) >> [] { FAIL("nothing started"); });
    return result;
  }

  /// Skips starts.
  container_exited expect_exit() {
    container_exited result;
    bool done = false;
    while (!done) {
      self->receive(
          [&](const container_exited& x) {
            result = x;
            done = true;
          },
          [](const container_started&) {}, caf::after(20s) >> [] { FAIL("nothing ended"); });
    }
    launched.erase(result.id.value());
    return result;
  }

  template <class Answer, class Question>
  Answer ask(const Question& question) {
    Answer result;
    self->request(subject, 10s, question)
        .receive([&](const Answer& x) { result = x; },
                 [&](const caf::error& why) { FAIL(system.render(why)); });
    return result;
  }

  std::string read(const std::string& id, const std::string& name) const {
    const auto text = read_file(root / "work/slaves/S/frameworks/F/executors/e/runs" / id / name);
    return text ? *text : "<" + text.error() + ">";
  }

  void wait_until(const std::function<bool()>& holds) {
    for (int round = 0; round < 2000 && !holds(); ++round)
      self->receive(caf::after(5ms) >> [] {});
    REQUIRE(holds());
  }

  std::set<std::string> launched;
};

} // namespace

TEST_CASE("a command runs to its end and its record goes") {
  fixture f;
  auto spec = f.spec("c1", "pwd; echo $GREETING $MESOS_SANDBOX; exit 3");
  spec->environment["GREETING"] = "hello";
  f.launch(spec);
  CHECK(f.expect_start().pid > 0);
  const auto exit = f.expect_exit();
  CHECK(exit.id.value() == "c1");
  CHECK(exit.end == container_end::exited);
  CHECK(exit.status == 3 << 8);
  CHECK(f.read("c1", "stdout") == spec->directory + "\nhello " + spec->directory + "\n");
  f.wait_until([&] { return !std::filesystem::exists(f.root / "run/containers/c1"); });
}

TEST_CASE("launches that cannot work are told with their reason and leave nothing") {
  fixture f;
  const auto why = [&](container_spec_ptr spec) {
    f.launch(std::move(spec));
    const auto exit = f.expect_exit();
    CHECK(exit.end == container_end::launch_failed);
    CHECK_FALSE(exit.status);
    return exit.message;
  };
  auto missing = f.spec("c1", "/no/such/program");
  auto command = std::make_shared<v1::CommandInfo>(*missing->command);
  command->set_shell(false);
  missing->command = command;
  CHECK(why(missing) == "cannot execute '/no/such/program': No such file or directory");
  CHECK(f.read("c1", "stderr").find("/no/such/program") != std::string::npos);

  auto nobody = f.spec("c2", "true");
  nobody->user = "no-such-user";
  CHECK(why(nobody) == "user 'no-such-user' does not exist on this agent");

  auto fetches = f.spec("c3", "true");
  command = std::make_shared<v1::CommandInfo>(*fetches->command);
  command->add_uris()->set_value("/no/such/file");
  fetches->command = command;
  CHECK(why(fetches).starts_with("failed to fetch '/no/such/file': "));

  auto image = f.spec("c4", "true");
  auto info = std::make_shared<v1::ContainerInfo>();
  info->set_type(v1::ContainerInfo::MESOS);
  info->mutable_mesos()->mutable_image()->set_type(v1::Image::DOCKER);
  image->container = info;
  CHECK(why(image) == "filesystem/posix cannot give a container an image of its own");

  auto outside = f.spec("c5", "true");
  outside->directory = "/elsewhere/c5";
  CHECK(why(outside).find("does not lie below") != std::string::npos);

  CHECK(why(f.spec("a/b", "true")).starts_with("container id 'a/b'"));
  f.wait_until([&] {
    return !std::filesystem::exists(f.root / "run/containers") ||
           std::filesystem::is_empty(f.root / "run/containers");
  });
}

TEST_CASE("a second container of the same id is refused while the first one lives") {
  fixture f;
  f.launch(f.spec("c1", "sleep 60"));
  f.expect_start();
  f.self->send(f.subject, launch_container{f.spec("c1", "true"), f.listener()});
  const auto refused = f.expect_exit();
  CHECK(refused.end == container_end::launch_failed);
  CHECK(refused.message == "container 'c1' exists already");
  f.self->send(f.subject, destroy_container{container_id("c1")});
  CHECK(f.expect_exit().end == container_end::destroyed);
}

TEST_CASE("an id can be used again right after its container has gone") {
  fixture f;
  for (const int code : {1, 2, 3}) {
    f.launch(f.spec("c1", "exit " + std::to_string(code)));
    CHECK(f.expect_exit().status == code << 8);
  }
}

TEST_CASE("fetched files are there when the command starts") {
  fixture f;
  REQUIRE_FALSE(write_file(f.root / "tool.sh", "echo fetched and run\n"));
  auto spec = f.spec("c1", "./bin/tool");
  auto command = std::make_shared<v1::CommandInfo>(*spec->command);
  auto& uri = *command->add_uris();
  uri.set_value(f.root / "tool.sh");
  uri.set_executable(true);
  uri.set_output_file("bin/tool");
  spec->command = command;
  f.launch(spec);
  CHECK(f.expect_exit().status == 0);
  CHECK(f.read("c1", "stdout") == "fetched and run\n");
}

TEST_CASE("a secret variable reaches the command") {
  fixture f;
  auto spec = f.spec("c1", "echo $TOKEN");
  auto command = std::make_shared<v1::CommandInfo>(*spec->command);
  auto& variable = *command->mutable_environment()->add_variables();
  variable.set_name("TOKEN");
  variable.set_type(v1::Environment::Variable::SECRET);
  variable.mutable_secret()->set_type(v1::Secret::VALUE);
  variable.mutable_secret()->mutable_value()->set_data("hush");
  spec->command = command;
  f.launch(spec);
  CHECK(f.expect_exit().status == 0);
  CHECK(f.read("c1", "stdout") == "hush\n");
}

TEST_CASE("a signal reaches the command, destroying ends whatever ignores it") {
  fixture f;
  f.launch(f.spec("c1", "trap 'echo got it' TERM; echo up; while :; do sleep 0.05; done"));
  f.expect_start();
  f.wait_until([&] { return f.read("c1", "stdout") == "up\n"; });
  f.self->send(f.subject, signal_container{container_id("c1"), SIGTERM});
  f.wait_until([&] { return f.read("c1", "stdout").find("got it") != std::string::npos; });
  f.self->send(f.subject, destroy_container{container_id("c1")});
  const auto exit = f.expect_exit();
  CHECK(exit.end == container_end::destroyed);
  CHECK(exit.status == SIGKILL);
}

TEST_CASE("a container whose init does not react is destroyed all the same") {
  fixture f;
  f.launch(f.spec("c1", "sleep 60"));
  const auto pid = f.expect_start().pid;
  ::kill(pid, SIGSTOP);
  f.self->send(f.subject, destroy_container{container_id("c1")});
  const auto exit = f.expect_exit();
  CHECK(exit.end == container_end::destroyed);
  CHECK(process_tree::snapshot()->members(pid).empty());
}

TEST_CASE("a container whose init is killed has ended, and its processes with it") {
  fixture f;
  f.launch(f.spec("c1", "sleep 60 & wait"));
  const auto pid = f.expect_start().pid;
  ::kill(pid, SIGKILL);
  const auto exit = f.expect_exit();
  CHECK(exit.end == container_end::exited);
  CHECK(exit.status == SIGKILL);
  CHECK(process_tree::snapshot()->members(pid).empty());
}

TEST_CASE("destroying an unknown container is ignored") {
  fixture f;
  f.self->send(f.subject, destroy_container{container_id("unknown")});
  CHECK(f.ask<shared<usage_list>>(get_usage{})->empty());
}

TEST_CASE("usage tells of running containers only, with their limits") {
  fixture f;
  f.launch(f.spec("c1", "exit 0"));
  f.expect_exit();
  f.launch(f.spec("c2", "sleep 60"));
  const auto pid = f.expect_start().pid;
  f.self->send(f.subject,
               update_container{container_id("c2"), resources({fixture::scalar("cpus", 2)})});
  shared<usage_list> list;
  f.wait_until([&] {
    list = f.ask<shared<usage_list>>(get_usage{});
    return list->size() == 1;
  });
  const auto& usage = list->front();
  CHECK(usage.id.value() == "c2");
  CHECK(usage.statistics->cpus_limit() == 2);
  CHECK(usage.statistics->mem_rss_bytes() > 100'000);
  CHECK(usage.statistics->has_cpus_user_time_secs());
  CHECK(usage.status->executor_pid() == static_cast<unsigned>(pid));
}

namespace {

/// Measures when it is told to: true for a result, false for an error.
using held_meter_actor = usage_actor::extend<caf::reacts_to<bool>>;
using open_passes = std::vector<caf::typed_response_promise<usage_measured>>;

held_meter_actor::behavior_type held_meter(held_meter_actor::pointer self, open_passes* passes) {
  return {
      [=](const measure_usage&) -> caf::result<usage_measured> {
        passes->push_back(self->make_response_promise<usage_measured>());
        return passes->back();
      },
      [=](bool good) {
        if (good)
          passes->back().deliver(usage_measured{});
        else
          passes->back().deliver(caf::make_error(caf::sec::runtime_error));
      },
  };
}

caf::behavior reader(caf::event_based_actor* self, containerizer_actor whom, int* answers,
                     int* errors) {
  self->request(whom, caf::infinite, get_usage{})
      .then([=](const shared<usage_list>&) { ++*answers; }, [=](const caf::error&) { ++*errors; });
  return {[](caf::unit_t) {}};
}

} // namespace

TEST_CASE("readers who come during a pass over the processes share the next one") {
  deterministic_system sys;
  open_passes passes;
  int answers = 0, errors = 0;
  {
    const auto meter = sys.actors().spawn(held_meter, &passes);
    auto around = std::make_shared<container_neighbours>();
    // Nobody writes to these here.
    around->launcher = caf::actor_cast<launcher_actor>(meter);
    around->fetcher = caf::actor_cast<fetcher_actor>(meter);
    const containerizer_actor subject =
        sys.actors().spawn(containerizer, containerizer_neighbours{around, usage_actor{meter}, {}},
                           std::cref(sys.time()));
    const auto ask = [&] {
      sys.actors().spawn(reader, subject, &answers, &errors);
      sys.run();
    };
    const auto end_pass = [&](bool good) {
      caf::anon_send(meter, good);
      sys.run();
    };
    for (int i = 0; i < 3; ++i)
      ask();
    CHECK(passes.size() == 1);
    end_pass(true);
    CHECK(answers == 1);
    REQUIRE(passes.size() == 2);
    end_pass(false);
    CHECK(errors == 2);
    CHECK(passes.size() == 2);
    ask();
    REQUIRE(passes.size() == 3);
    end_pass(true);
    CHECK(answers == 2);
    passes.clear();
    caf::anon_send_exit(subject, caf::exit_reason::user_shutdown);
  }
  sys.run();
}

TEST_CASE("a new containerizer takes over what is known and destroys the rest") {
  fixture f;
  f.launch(f.spec("known", "trap 'exit 6' USR1; echo up; while :; do sleep 0.05; done"));
  f.launch(f.spec("orphan", "sleep 60"));
  f.launch(f.spec("ended", "echo up; while [ ! -e go ]; do sleep 0.02; done; exit 8"));
  for (int i = 0; i < 3; ++i)
    f.expect_start();
  for (const char* id : {"known", "ended"})
    f.wait_until([&] { return f.read(id, "stdout") == "up\n"; });
  f.stop();
  REQUIRE_FALSE(write_file(f.spec("ended", "")->directory + "/go", ""));
  f.wait_until([&] { return read_status(f.root / "run/containers/ended").has_value(); });

  f.subject = f.start();
  recover_containers known;
  for (const char* id : {"known", "ended", "never"})
    known.known.push_back({f.spec(id, "unused"), f.listener()});
  const auto recovered = f.ask<containers_recovered>(known);
  CHECK(recovered.orphans_destroyed == std::vector<container_id>{container_id("orphan")});
  f.launched.erase("orphan");

  std::map<std::string, container_exited> exits;
  bool started = false;
  while (exits.size() < 2 || !started) {
    f.self->receive([&](const container_exited& x) { exits[x.id.value()] = x; },
                    [&](const container_started& x) { started = x.id.value() == "known"; },
                    caf::after(10s) >> [] { FAIL("nothing more"); });
  }
  // An init that has ended but was not waited for is gone all the same.
  CHECK(exits.at("ended").end == container_end::exited);
  CHECK(exits.at("ended").status == 8 << 8);
  CHECK(exits.at("never").end == container_end::lost);
  f.self->send(f.subject, signal_container{container_id("known"), SIGUSR1});
  CHECK(f.expect_exit().status == 6 << 8);
  f.wait_until([&] { return std::filesystem::is_empty(f.root / "run/containers"); });
  f.launched.clear();
}

TEST_CASE("a hundred containers at once are launched and destroyed") {
  fixture f;
  for (int i = 0; i < 100; ++i)
    f.launch(f.spec("c" + std::to_string(i), "exec sleep 60"));
  for (int i = 0; i < 100; ++i)
    f.expect_start();
  CHECK(f.ask<shared<usage_list>>(get_usage{})->size() == 100);
  for (int i = 0; i < 100; ++i)
    f.self->send(f.subject, destroy_container{container_id("c" + std::to_string(i))});
  for (int i = 0; i < 100; ++i)
    CHECK(f.expect_exit().end == container_end::destroyed);
}

TEST_CASE("a faulty configuration is refused whole before anything starts") {
  real_clock time;
  caf::actor_system_config settings;
  caf::actor_system system{settings};
  containerizer_config config;
  config.launcher.work_dir = "relative";
  config.launcher.runtime_dir = "/run/x";
  config.launcher.init_binary = "/no/init";
  config.isolation = {"docker/runtime"};
  const auto result = start_containerizer(system, config, time);
  REQUIRE_FALSE(result);
  CHECK(result.error().starts_with(
      "the work directory 'relative' is not an absolute path; '/no/init' cannot be executed; "
      "--isolation: 'docker/runtime' is not available yet"));
}
