#include "isolators/container_actor.hpp"
#include "runtime/deterministic_system.hpp"
#include "runtime/errors.hpp"

#include <caf/all.hpp>
#include <catch2/catch.hpp>
#include <mesos/v1/mesos.pb.h>

using namespace troupe;
using namespace troupe::isolators;

namespace {

/// What all stubs were asked, in order, and how they answer.
struct stage {
  std::vector<std::string> asked;
  std::string fail_at; ///< the question that is answered by an error
  std::string hold_at; ///< the question whose answer waits for `go_on`
  caf::actor gate;     ///< keeps held questions waiting
  std::vector<container_exited> exits;
  std::vector<pid_t> starts;
  process_watcher_actor watcher;

  void note(const std::string& what) { asked.push_back(what); }
};

/// Answer at once, with an error, or later, as the stage says.
template <class Answer, class Self>
caf::result<Answer> play(Self* self, stage* on, const std::string& question, Answer answer) {
  on->note(question);
  if (on->fail_at == question)
    return to_error({"stub refuses to " + question});
  if (on->hold_at != question)
    return answer;
  auto promise = self->template make_response_promise<Answer>();
  self->request(on->gate, caf::infinite, caf::get_atom::value)
      .then([=](caf::ok_atom) mutable { promise.deliver(answer); },
            [=](caf::error& why) mutable { promise.deliver(std::move(why)); });
  return promise;
}

/// Answers what waits when told `ok`.
caf::behavior gate(caf::stateful_actor<std::vector<caf::response_promise>>* self) {
  return {
      [=](caf::get_atom) -> caf::result<caf::ok_atom> {
        auto promise = self->make_response_promise<caf::ok_atom>();
        self->state.push_back(promise);
        return promise;
      },
      [=](caf::ok_atom) {
        for (auto& promise : self->state)
          promise.deliver(caf::ok_atom::value);
        self->state.clear();
      },
  };
}

launcher_actor::behavior_type launcher_stub(launcher_actor::pointer self, stage* on) {
  return {
      [=](const prepare_sandbox&) { return play(self, on, "prepare_sandbox", sandbox_prepared{}); },
      [=](const create_process& x) {
        on->watcher = x.watcher;
        return play(self, on, "create", process_created{77});
      },
      [on](const release_process&) { on->note("release"); },
      [on](const signal_process& x) { on->note("signal " + std::to_string(x.signal)); },
      [on](const kill_process&) { on->note("kill"); },
      [on](const forget_process&) { on->note("forget"); },
      [=](const recover_processes&) { return play(self, on, "recover", recovered_processes{}); },
      [on](const adopt_process& x) {
        on->watcher = x.watcher;
        on->note("adopt");
      },
      [](const descriptors_ready&) {},
      [](const check_process&) {},
      [](const drop_record&) {},
  };
}

fetcher_actor::behavior_type fetcher_stub(fetcher_actor::pointer self, stage* on) {
  return {[=](const fetch_uris& x) {
    return play(self, on, "fetch " + x.items.front().uri, uris_fetched{});
  }};
}

isolator_actor::behavior_type isolator_stub(isolator_actor::pointer self, stage* on,
                                            std::string name) {
  return {
      [=](const prepare_isolation&) { return play(self, on, "prepare " + name, isolation{}); },
      [=](const isolate_process& x) {
        return play(self, on, "isolate " + name + " " + std::to_string(x.pid), isolation_done{});
      },
      [=](const update_isolation&) { return play(self, on, "update " + name, isolation_done{}); },
      [=](const cleanup_isolation&) { return play(self, on, "cleanup " + name, isolation_done{}); },
  };
}

container_listener_actor::behavior_type listener_stub(container_listener_actor::pointer) {
  return {
      [](const container_started& x) { FAIL(x.id << " was to be told by its owner"); },
      [](const container_exited& x) { FAIL(x.id << " was to be told by its owner"); },
  };
}

container_owner_actor::behavior_type owner_stub(container_owner_actor::pointer, stage* on) {
  return {
      [on](const container_running& x) {
        on->note("running");
        on->starts.push_back(x.start.pid);
      },
      [on](const container_gone& x) {
        on->note("gone");
        on->exits.push_back(x.exit);
      },
  };
}

using words = std::vector<std::string>;

struct fixture {
  stage on;
  deterministic_system sys;
  std::shared_ptr<container_neighbours> around = std::make_shared<container_neighbours>();
  container_listener_actor listener = sys.actors().spawn(listener_stub);
  container_owner_actor owner = sys.actors().spawn(owner_stub, &on);
  container_actor subject;

  fixture() {
    on.gate = sys.actors().spawn(gate);
    around->launcher = sys.actors().spawn(launcher_stub, &on);
    around->fetcher = sys.actors().spawn(fetcher_stub, &on);
    for (const char* name : {"one", "two"})
      around->isolators.push_back(sys.actors().spawn(isolator_stub, &on, name));
    around->runtime_dir = "/run";
  }
  ~fixture() {
    subject = container_actor{};
    on.watcher = process_watcher_actor{};
    on.gate = caf::actor{};
    around.reset();
    sys.run();
  }

  void launch(bool with_uri = false, std::optional<recovered_process> recovered = {},
              bool listened = true) {
    auto command = std::make_shared<mesos::v1::CommandInfo>();
    command->set_value("true");
    if (with_uri)
      command->add_uris()->set_value("/x");
    auto spec = std::make_shared<container_spec>();
    spec->id = container_id("c");
    spec->directory = "/sandbox";
    spec->command = std::move(command);
    container_job job{std::move(spec), listened ? listener : container_listener_actor{}, owner,
                      recovered};
    subject = sys.actors().spawn(container, std::move(job), shared<container_neighbours>(around));
    sys.run();
  }

  template <class Message>
  void tell(const Message& x) {
    caf::anon_send(subject, x);
    sys.run();
  }

  template <class Message>
  void from_process(const Message& x) {
    caf::anon_send(on.watcher, x);
    sys.run();
  }

  void destroy() { tell(destroy_container{container_id("c")}); }

  void go_on() {
    caf::anon_send(on.gate, caf::ok_atom::value);
    sys.run();
  }
};

const words to_release{"prepare_sandbox", "prepare one",    "prepare two", "create",
                       "isolate one 77",  "isolate two 77", "release"};

words operator+(words a, const words& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

} // namespace

TEST_CASE("a container is prepared, created, isolated and released in this order") {
  fixture f;
  f.launch();
  CHECK(f.on.asked == to_release);
  CHECK(f.on.starts.empty());
  f.from_process(process_started{77});
  CHECK(f.on.starts == std::vector<pid_t>{77});
  f.from_process(process_ended{7 << 8});
  CHECK(f.on.asked ==
        to_release + words{"running", "cleanup two", "cleanup one", "forget", "gone"});
  REQUIRE(f.on.exits.size() == 1);
  CHECK(f.on.exits[0].end == container_end::exited);
  CHECK(f.on.exits[0].status == 7 << 8);
}

TEST_CASE("URIs are fetched between preparation and creation") {
  fixture f;
  f.on.hold_at = "fetch /x";
  f.launch(true);
  CHECK(f.on.asked == words{"prepare_sandbox", "prepare one", "prepare two", "fetch /x"});
  f.go_on();
  CHECK(f.on.asked.at(4) == "create");
  f.from_process(process_ended{0});
}

TEST_CASE("any step that fails ends the launch with its reason and undoes what was prepared") {
  const auto [step, undone] = GENERATE(table<std::string, words>({
      {"prepare_sandbox", {"forget", "gone"}},
      {"prepare one", {"cleanup one", "forget", "gone"}},
      {"prepare two", {"cleanup two", "cleanup one", "forget", "gone"}},
      {"fetch /x", {"cleanup two", "cleanup one", "forget", "gone"}},
      {"create", {"cleanup two", "cleanup one", "forget", "gone"}},
  }));
  CAPTURE(step);
  fixture f;
  f.on.fail_at = step;
  f.launch(true);
  const auto at = std::find(f.on.asked.begin(), f.on.asked.end(), step);
  REQUIRE(at != f.on.asked.end());
  CHECK(words(at + 1, f.on.asked.end()) == undone);
  REQUIRE(f.on.exits.size() == 1);
  CHECK(f.on.exits[0].end == container_end::launch_failed);
  CHECK(f.on.exits[0].message == "stub refuses to " + step);
  CHECK_FALSE(f.on.exits[0].status);
}

TEST_CASE("a process that cannot be isolated is killed before it ran") {
  fixture f;
  f.on.fail_at = "isolate two 77";
  f.launch();
  CHECK(f.on.asked.back() == "kill");
  CHECK(f.on.exits.empty());
  f.from_process(process_ended{9});
  REQUIRE(f.on.exits.size() == 1);
  CHECK(f.on.exits[0].end == container_end::launch_failed);
  CHECK(f.on.exits[0].message == "stub refuses to isolate two 77");
}

TEST_CASE("a command that cannot be executed is a failed launch with init's words") {
  fixture f;
  f.launch();
  f.from_process(process_failed{"cannot execute 'x': no"});
  f.from_process(process_ended{127 << 8});
  REQUIRE(f.on.exits.size() == 1);
  CHECK(f.on.exits[0].end == container_end::launch_failed);
  CHECK(f.on.exits[0].message == "cannot execute 'x': no");
  CHECK(f.on.starts.empty());
}

TEST_CASE("an init that dies before its command started is a failed launch") {
  fixture f;
  f.launch();
  f.from_process(process_ended{9});
  REQUIRE(f.on.exits.size() == 1);
  CHECK(f.on.exits[0].end == container_end::launch_failed);
  CHECK(f.on.exits[0].message == "troupe-init ended before it started the command");
}

TEST_CASE("destroying in the middle of a step waits for it, and the listener hears destroyed") {
  const std::string step =
      GENERATE("prepare_sandbox", "prepare one", "fetch /x", "create", "isolate one 77");
  CAPTURE(step);
  fixture f;
  f.on.hold_at = step;
  f.launch(true);
  REQUIRE(f.on.asked.back() == step);
  f.destroy();
  f.destroy();
  CHECK(f.on.asked.back() == step);
  f.go_on();
  if (f.on.asked.back() == "kill")
    f.from_process(process_ended{9});
  REQUIRE(f.on.exits.size() == 1);
  CHECK(f.on.exits[0].end == container_end::destroyed);
  CHECK(f.on.asked.back() == "gone");
  CHECK(std::count(f.on.asked.begin(), f.on.asked.end(), "release") == 0);
}

TEST_CASE("a running container that is destroyed is killed once and tells its status") {
  fixture f;
  f.launch();
  f.from_process(process_started{77});
  f.destroy();
  f.destroy();
  CHECK(std::count(f.on.asked.begin(), f.on.asked.end(), "kill") == 1);
  CHECK(f.on.exits.empty());
  f.from_process(process_ended{9});
  REQUIRE(f.on.exits.size() == 1);
  CHECK(f.on.exits[0].end == container_end::destroyed);
  CHECK(f.on.exits[0].status == 9);
}

TEST_CASE("signals wait until the command runs") {
  fixture f;
  f.launch();
  f.tell(signal_container{container_id("c"), 15});
  CHECK(f.on.asked == to_release);
  f.from_process(process_started{77});
  CHECK(f.on.asked == to_release + words{"running", "signal 15"});
  f.tell(signal_container{container_id("c"), 10});
  CHECK(f.on.asked.back() == "signal 10");
  f.from_process(process_ended{15});
}

TEST_CASE("new limits reach every isolator once the command runs") {
  fixture f;
  f.launch();
  f.tell(update_container{container_id("c"), {}});
  CHECK(f.on.asked == to_release);
  f.from_process(process_started{77});
  CHECK(f.on.asked == to_release + words{"running", "update one", "update two"});
  f.from_process(process_ended{0});
}

TEST_CASE("an isolator that cannot clean up does not keep the others from it") {
  fixture f;
  f.on.fail_at = "cleanup two";
  f.launch();
  f.from_process(process_started{77});
  f.from_process(process_ended{0});
  CHECK(f.on.asked.at(f.on.asked.size() - 3) == "cleanup one");
  CHECK(f.on.exits.size() == 1);
}

TEST_CASE("a recovered container that runs is adopted and said to have started") {
  fixture f;
  f.launch(false, recovered_process{container_id("c"), 55, true, std::nullopt});
  CHECK(f.on.asked == words{"adopt", "prepare one", "prepare two"});
  f.from_process(process_started{55});
  CHECK(f.on.starts == std::vector<pid_t>{55});
  f.from_process(process_ended{3 << 8});
  REQUIRE(f.on.exits.size() == 1);
  CHECK(f.on.exits[0].end == container_end::exited);
  CHECK(f.on.exits[0].status == 3 << 8);
}

TEST_CASE("a recovered container that has ended tells its status, or that it is lost") {
  fixture f;
  SECTION("with a record") {
    f.launch(false, recovered_process{container_id("c"), 55, false, 4 << 8});
    REQUIRE(f.on.exits.size() == 1);
    CHECK(f.on.exits[0].end == container_end::exited);
    CHECK(f.on.exits[0].status == 4 << 8);
  }
  SECTION("without one") {
    f.launch(false, recovered_process{container_id("c"), 55, false, std::nullopt});
    REQUIRE(f.on.exits.size() == 1);
    CHECK(f.on.exits[0].end == container_end::lost);
    CHECK_FALSE(f.on.exits[0].status);
  }
}

TEST_CASE("an orphan is adopted to be killed") {
  fixture f;
  f.launch(false, recovered_process{container_id("c"), 55, true, std::nullopt}, false);
  CHECK(f.on.asked == words{"adopt", "kill"});
  f.from_process(process_ended{9});
  CHECK(f.on.asked.back() == "gone");
}
