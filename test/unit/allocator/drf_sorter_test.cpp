#include "allocator/drf_sorter.hpp"

#include "slow_sorter.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace troupe;
using namespace troupe::allocator;

namespace {

constexpr std::uint32_t cpus = 0;
constexpr std::uint32_t mem = 1;
using amounts = std::vector<scalar_amount>;

/// A sorter of roles with short words for its calls.
struct roles {
  explicit roles(drf_options options = {})
      : table(std::move(options)) {
    table.name_resource(cpus, "cpus");
    table.name_resource(mem, "mem");
    table.total_changed(amounts{{cpus, 100'000}, {mem, 100'000}});
  }

  void add(const std::string& path) {
    auto client = static_cast<sorter_client>(paths.size());
    paths.push_back(path);
    table.add_client(client, 0, path);
    table.set_active(client, true);
  }
  sorter_client client(const std::string& path) const {
    return static_cast<sorter_client>(std::find(paths.begin(), paths.end(), path) - paths.begin());
  }
  void give(const std::string& path, std::int64_t cpu, std::int64_t memory = 0) {
    table.allocated(client(path), amounts{{cpus, cpu}, {mem, memory}});
  }
  std::vector<std::string> order() {
    table.begin(0);
    std::vector<std::string> result;
    for (auto c = table.next(); c != no_client; c = table.next())
      result.push_back(paths[c]);
    return result;
  }

  drf_sorter table;
  std::vector<std::string> paths;
};

using order = std::vector<std::string>;

} // namespace

TEST_CASE("the lowest dominant share comes first") {
  roles r;
  for (auto role : {"a", "b", "c"})
    r.add(role);
  r.give("a", 30'000, 1'000);  // 0.30
  r.give("b", 1'000, 20'000);  // 0.20
  r.give("c", 10'000, 25'000); // 0.25
  CHECK(r.order() == order{"b", "c", "a"});
  CHECK(r.table.share(r.client("c")) == 0.25);
}

TEST_CASE("equal shares are ordered by number of allocations, then by path") {
  roles r;
  for (auto role : {"c", "b", "a"})
    r.add(role);
  CHECK(r.order() == order{"a", "b", "c"});
  r.give("a", 0);
  CHECK(r.order() == order{"b", "c", "a"});
  r.give("b", 1'000);
  r.table.unallocated(r.client("b"), amounts{{cpus, 1'000}});
  CHECK(r.order() == order{"c", "a", "b"});
}

TEST_CASE("a share is divided by the weight of its role") {
  roles r;
  r.add("a");
  r.add("b");
  r.table.set_weight("a", 4);
  r.give("a", 30'000);
  r.give("b", 10'000);
  CHECK(r.order() == order{"a", "b"});
  r.table.set_weight("a", 2);
  CHECK(r.order() == order{"b", "a"});
}

TEST_CASE("a weight that is set before its role exists counts when it comes") {
  roles r;
  r.table.set_weight("a/b", 10);
  r.add("a/b");
  r.add("a/c");
  r.give("a/b", 9'000);
  r.give("a/c", 1'000);
  CHECK(r.order() == order{"a/b", "a/c"});
}

TEST_CASE("a role with sub-roles competes with them as a sibling, its subtree with others as one") {
  roles r;
  for (auto role : {"a", "a/x", "a/y", "b"})
    r.add(role);
  r.give("a", 2'000);
  r.give("a/x", 1'000);
  r.give("a/y", 3'000);
  r.give("b", 5'000);
  CHECK(r.order() == order{"b", "a/x", "a", "a/y"});
  r.give("b", 2'000);
  CHECK(r.order() == order{"a/x", "a", "a/y", "b"});
}

TEST_CASE("the weight of a role is that of its subtree and not of its virtual leaf") {
  roles r;
  r.add("a");
  r.add("a/x");
  r.table.set_weight("a", 10);
  r.give("a", 2'000);
  r.give("a/x", 1'000);
  CHECK(r.order() == order{"a/x", "a"});
}

TEST_CASE("excluded resources do not count for shares") {
  roles r({role_tree::shape::hierarchical, {"mem"}});
  r.add("a");
  r.add("b");
  r.give("a", 1'000, 90'000);
  r.give("b", 2'000, 0);
  CHECK(r.order() == order{"a", "b"});
}

TEST_CASE("inactive clients are left out and keep their share") {
  roles r;
  r.add("a");
  r.add("b/c");
  r.give("b/c", 1'000);
  r.table.set_active(r.client("b/c"), false);
  CHECK(r.order() == order{"a"});
  r.table.set_active(r.client("b/c"), true);
  CHECK(r.order() == order{"a", "b/c"});
}

TEST_CASE("shares follow the cluster's total") {
  roles r;
  r.add("a");
  r.add("b");
  r.give("a", 10'000, 0);
  r.give("b", 0, 20'000);
  CHECK(r.order() == order{"a", "b"});
  r.table.total_changed(amounts{{mem, 300'000}});
  CHECK(r.order() == order{"b", "a"});
}

TEST_CASE("what is allocated during a walk counts from the next one on") {
  roles r;
  for (auto role : {"a", "b"})
    r.add(role);
  r.table.begin(0);
  CHECK(r.table.next() == r.client("a"));
  r.give("b", 50'000);
  CHECK(r.table.next() == r.client("b"));
  CHECK(r.table.next() == no_client);
  r.give("a", 60'000);
  CHECK(r.order() == order{"b", "a"});
}

TEST_CASE("a removed client takes its allocations along") {
  roles r;
  for (auto role : {"a/x", "a/y", "b"})
    r.add(role);
  r.give("a/x", 30'000);
  r.give("b", 10'000);
  CHECK(r.order() == order{"b", "a/y", "a/x"});
  r.table.remove_client(r.client("a/x"));
  CHECK(r.order() == order{"a/y", "b"});
}

TEST_CASE("flat groups do not know of each other and take any text as path") {
  drf_sorter table({role_tree::shape::flat, {}});
  table.total_changed(amounts{{cpus, 100}});
  table.add_client(0, 7, "f/1");
  table.add_client(1, 7, "f/0");
  table.add_client(2, 9, "g");
  for (sorter_client client : {0u, 1u, 2u})
    table.set_active(client, true);
  table.begin(7);
  CHECK(table.next() == 1);
  CHECK(table.next() == 0);
  CHECK(table.next() == no_client);
  table.begin(8);
  CHECK(table.next() == no_client);
}

namespace {

/// Runs the same random history through the table and the definition.
void compare_with_definition(std::uint32_t seed, bool hierarchical) {
  std::mt19937 random(seed);
  auto below = [&](std::size_t limit) { return static_cast<std::uint32_t>(random() % limit); };
  slow_drf slow;
  if (below(3) == 0)
    slow.excluded.insert("mem");
  drf_sorter fast(
      {hierarchical ? role_tree::shape::hierarchical : role_tree::shape::flat, slow.excluded});
  const std::vector<std::string> names{"cpus", "mem", "disk"};
  for (std::uint32_t i = 0; i < names.size(); ++i)
    fast.name_resource(i, names[i]);
  const std::vector<std::string> paths{"a", "b", "a/b", "a/b/c", "a/c", "b/a", "c", "c-d", "c/d/e"};
  std::map<std::string, sorter_client> numbers;
  std::vector<std::string> by_number(paths.size());
  for (int i = 0; i < 120; ++i) {
    const auto& path = paths[below(paths.size())];
    auto known = slow.clients.contains(path);
    auto amount = static_cast<std::int64_t>(below(4) * 1'000);
    auto resource = below(names.size());
    amounts change{{resource, amount}};
    switch (below(8)) {
    case 0:
      if (!known) {
        sorter_client number = 0;
        while (!by_number[number].empty())
          ++number;
        numbers[path] = number;
        by_number[number] = path;
        slow.clients[path].active = false;
        fast.add_client(number, 0, path);
      }
      break;
    case 1:
      if (known && below(3) == 0) {
        fast.remove_client(numbers[path]);
        by_number[numbers[path]].clear();
        slow.clients.erase(path);
      }
      break;
    case 2:
    case 3:
      if (known) {
        slow.clients[path].active = below(4) > 0;
        fast.set_active(numbers[path], slow.clients[path].active);
      }
      break;
    case 4:
      if (hierarchical) {
        slow.weights[path] = 1.0 + below(4) / 2.0;
        fast.set_weight(path, slow.weights[path]);
      }
      break;
    case 5:
      slow.total[names[resource]] += amount;
      fast.total_changed(change);
      break;
    default:
      if (!known)
        break;
      auto& held = slow.clients[path].held[names[resource]];
      if (below(3) == 0) {
        change[0].milli = std::min(held, amount);
        fast.unallocated(numbers[path], change);
        held -= change[0].milli;
      } else {
        fast.allocated(numbers[path], change);
        held += amount;
        ++slow.clients[path].allocations;
      }
    }
    if (below(3) > 0)
      continue; // several changes between two walks
    fast.begin(0);
    std::vector<std::string> walked;
    for (auto c = fast.next(); c != no_client; c = fast.next())
      walked.push_back(by_number[c]);
    INFO("seed " << seed << " step " << i);
    REQUIRE(walked == slow.order(hierarchical));
  }
}

} // namespace

TEST_CASE("random histories are ordered as the definition says") {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    compare_with_definition(seed, true);
    compare_with_definition(seed, false);
  }
}
