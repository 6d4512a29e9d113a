#include "allocator/sorter_actor.hpp"

#include "allocator/change_recorder.hpp"
#include "allocator/drf_sorter.hpp"
#include "runtime/deterministic_system.hpp"

#include <caf/all.hpp>
#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::allocator;

namespace {

struct fixture {
  fixture()
      : sorter(spawn_sorter(system.actors(), table))
      , self(system.actors()) {
    change_recorder changes;
    changes.add_client(0, 0, "a");
    changes.set_active(0, true);
    self->send(sorter, changes.take());
    system.run();
  }
  ~fixture() {
    caf::anon_send_exit(sorter, caf::exit_reason::user_shutdown);
    system.run();
  }

  /// Asks for the table; none when it is refused.
  std::shared_ptr<sorter_table> borrow() {
    std::shared_ptr<sorter_table> result;
    auto answer = self->request(sorter, caf::infinite, lend_atom::value);
    system.run();
    answer.receive([&](share_table& lent) { result = std::move(lent.table); },
                   [](const caf::error&) {});
    return result;
  }
  static std::vector<sorter_client> walk(sorter_table& t) {
    std::vector<sorter_client> result;
    t.begin(0);
    for (auto c = t.next(); c != no_client; c = t.next())
      result.push_back(c);
    return result;
  }

  deterministic_system system;
  std::shared_ptr<drf_sorter> table =
      std::make_shared<drf_sorter>(drf_options{role_tree::shape::hierarchical, {}});
  sorter_actor sorter;
  caf::scoped_actor self;
};

} // namespace

TEST_CASE("a table moves out with all changes sent before, and is lent once") {
  fixture f;
  auto lent = f.borrow();
  REQUIRE(lent);
  CHECK(fixture::walk(*lent) == std::vector<sorter_client>{0});
  CHECK_FALSE(f.borrow());
}

TEST_CASE("changes that come while the table is away wait for its return") {
  fixture f;
  auto lent = f.borrow();
  REQUIRE(lent);
  change_recorder changes;
  changes.add_client(1, 0, "b");
  changes.set_active(1, true);
  f.self->send(f.sorter, changes.take());
  f.system.run();
  CHECK(fixture::walk(*lent) == std::vector<sorter_client>{0});
  f.self->send(f.sorter, share_table{std::move(lent)});
  f.system.run();
  lent = f.borrow();
  REQUIRE(lent);
  CHECK(fixture::walk(*lent) == std::vector<sorter_client>{0, 1});
}
