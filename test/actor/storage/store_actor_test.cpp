#include "runtime/deterministic_system.hpp"
#include "storage/store_actor.hpp"

#include <caf/all.hpp>
#include <catch2/catch.hpp>

#include <filesystem>

using namespace troupe;

namespace {

/// Asks and runs the system until the answer is there.
template <class Answer, class Question>
caf::expected<Answer> ask(deterministic_system& system, const store_actor& store,
                          const Question& question) {
  caf::scoped_actor self{system.actors(), true};
  auto request = self->request(store, caf::infinite, question);
  system.run();
  caf::expected<Answer> result{caf::sec::runtime_error};
  request.receive([&](const Answer& answer) { result = answer; },
                  [&](const caf::error& error) { result = error; });
  return result;
}

} // namespace

TEST_CASE("the store in memory keeps versions as the durable one does") {
  deterministic_system system;
  auto store = system.actors().spawn(memory_store);
  CHECK(ask<stored_variable>(system, store, fetch_variable{"v"})->version == 0);
  CHECK(ask<variable_version>(system, store, store_variable{"v", 0, "a"})->version == 1);
  CHECK(ask<variable_version>(system, store, store_variable{"v", 1, "b"})->version == 2);
  auto refused = ask<variable_version>(system, store, store_variable{"v", 1, "c"});
  REQUIRE_FALSE(refused);
  CHECK(store_code(refused.error()) == store_ec::conflict);
  CHECK(store_reason(refused.error()) == "variable 'v' has version 2, not 1");
  CHECK(ask<stored_variable>(system, store, fetch_variable{"v"})->bytes == "b");
}

TEST_CASE("the durable store answers from its own thread and its content outlives it") {
  char folder[] = "/tmp/troupe-store-XXXXXX";
  REQUIRE(mkdtemp(folder));
  auto file = std::filesystem::path(folder) / "registry.db";
  for (std::uint64_t round : {0, 1}) {
    caf::actor_system_config config;
    caf::actor_system system{config};
    auto store = spawn_durable_store(system, file);
    REQUIRE(store);
    caf::scoped_actor self{system, true};
    std::uint64_t version = 99;
    self->request(*store, std::chrono::seconds(10), store_variable{"v", round, "x"})
        .receive([&](const variable_version& answer) { version = answer.version; },
                 [&](const caf::error& error) { FAIL(store_reason(error)); });
    CHECK(version == round + 1);
    auto second = spawn_durable_store(system, file);
    REQUIRE_FALSE(second);
    CHECK(store_code(second.error()) == store_ec::busy);
    anon_send_exit(*store, caf::exit_reason::user_shutdown);
    self->wait_for(*store);
  }
  std::filesystem::remove_all(folder);
}
