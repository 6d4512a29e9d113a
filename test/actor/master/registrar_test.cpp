#include "stage.hpp"

#include "master/registrar.hpp"

#include <caf/all.hpp>
#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::master;
using namespace troupe::master::test;

namespace {

struct registrar_stage : stage {
  ~registrar_stage() {
    end(registrar);
    end(store);
  }

  void start() {
    store = system.actors().spawn(store_stub, script);
    registrar = system.actors().spawn(master::registrar, registrar_config{},
                                      registrar_neighbours{store, &system.time(), {}});
  }

  std::optional<shared<registry>> load() {
    return ask<shared<registry>>(registrar, load_registry{"m1"});
  }

  std::shared_ptr<store_script> script = std::make_shared<store_script>();
  store_actor store;
  registrar_actor registrar;
};

registry_change admit(const std::string& id) {
  auto info = std::make_shared<mesos::v1::AgentInfo>();
  info->set_hostname("host of " + id);
  return {{registry_op::admit{agent_id{id}, info}}};
}

/// Sends without waiting; counts the answers.
void send_change(registrar_stage& s, const registry_change& change, int& stored, int& failed) {
  s.system.actors().spawn([&s, &stored, &failed, change](caf::event_based_actor* actor) {
    actor->request(s.registrar, caf::infinite, change)
        .then([&](registry_stored) { ++stored; }, [&](const caf::error&) { ++failed; });
  });
}

} // namespace

TEST_CASE("loading writes the leader into the store before it answers") {
  registrar_stage s;
  s.start();
  auto loaded = s.load();
  REQUIRE(loaded);
  CHECK((*loaded)->leader == "m1");
  CHECK(s.script->writes == 1);
  CHECK(registry_book::decode(s.script->bytes)->content().leader == "m1");
}

TEST_CASE("a change is answered once the store has it, and a next master reads it") {
  registrar_stage s;
  s.start();
  REQUIRE(s.load());
  CHECK(s.ask<registry_stored>(s.registrar, admit("a")));
  CHECK(registry_book::decode(s.script->bytes)->content().admitted.contains(agent_id{"a"}));
  s.end(s.registrar);
  s.end(s.store);
  s.start();
  auto again = s.load();
  REQUIRE(again);
  CHECK((*again)->admitted.at(agent_id{"a"})->hostname() == "host of a");
}

TEST_CASE("changes that wait for a store are stored together by the next one") {
  registrar_stage s;
  s.start();
  REQUIRE(s.load());
  int stored = 0, failed = 0;
  for (std::string id : {"a", "b", "c", "d"})
    send_change(s, admit(id), stored, failed);
  s.system.run();
  CHECK(stored == 4);
  CHECK(failed == 0);
  CHECK(s.script->writes <= 3); // the leader, the first, the others
  CHECK(registry_book::decode(s.script->bytes)->content().admitted.size() == 4);
}

TEST_CASE("a change that finds the registry as wanted is answered without a store") {
  registrar_stage s;
  s.start();
  REQUIRE(s.load());
  s.ask<registry_stored>(s.registrar, admit("a"));
  auto writes = s.script->writes;
  CHECK(s.ask<registry_stored>(s.registrar, admit("a")));
  CHECK(s.script->writes == writes);
}

TEST_CASE("a change before the registry is loaded is an error") {
  registrar_stage s;
  s.start();
  CHECK(!s.ask<registry_stored>(s.registrar, admit("a")));
  CHECK(store_reason(s.error).find("not loaded") != std::string::npos);
}

TEST_CASE("another writer in the store is final: every later change fails too") {
  registrar_stage s;
  s.start();
  REQUIRE(s.load());
  s.script->version = 17;
  CHECK(!s.ask<registry_stored>(s.registrar, admit("a")));
  CHECK(store_code(s.error) == store_ec::conflict);
  CHECK(store_reason(s.error).find("storing the registry failed") == 0);
  s.script->version = 1;
  CHECK(!s.ask<registry_stored>(s.registrar, admit("b")));
}

TEST_CASE("damaged bytes and an unreadable store say so") {
  registrar_stage s;
  SECTION("damaged") {
    s.script->bytes = "\xff\xff";
    s.start();
    CHECK(!s.load());
    CHECK(store_code(s.error) == store_ec::corrupted);
    CHECK(s.script->bytes == "\xff\xff");
  }
  SECTION("unreadable") {
    s.script->failure = store_ec::unwritable;
    s.start();
    CHECK(!s.load());
    CHECK(store_code(s.error) == store_ec::unwritable);
    CHECK(store_reason(s.error).find("reading the registry failed") == 0);
  }
}

TEST_CASE("a store that does not answer in time fails the change and those that wait") {
  registrar_stage s;
  s.start();
  REQUIRE(s.load());
  s.script->answer = false;
  int stored = 0, failed = 0;
  send_change(s, admit("a"), stored, failed);
  s.system.run();
  send_change(s, admit("b"), stored, failed);
  s.system.advance(std::chrono::seconds{19});
  CHECK(failed == 0);
  s.system.advance(std::chrono::seconds{2});
  CHECK(stored == 0);
  CHECK(failed == 2);
}
