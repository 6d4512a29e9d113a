#include "allocator/random_sorter.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <set>

using namespace troupe;
using namespace troupe::allocator;

namespace {

std::vector<sorter_client> walk(random_sorter& table, sorter_group group = 0) {
  table.begin(group);
  std::vector<sorter_client> result;
  for (auto c = table.next(); c != no_client; c = table.next())
    result.push_back(c);
  return result;
}

void fill(random_sorter& table, const std::vector<std::string>& paths) {
  for (sorter_client c = 0; c < paths.size(); ++c) {
    table.add_client(c, 0, paths[c]);
    table.set_active(c, true);
  }
}

} // namespace

TEST_CASE("each active client is drawn once in a walk") {
  random_sorter table(role_tree::shape::hierarchical, 1);
  fill(table, {"a", "a/b", "a/c", "d", "e/f"});
  table.set_active(2, false);
  for (int i = 0; i < 50; ++i) {
    auto drawn = walk(table);
    CHECK(drawn.size() == 4);
    CHECK(std::set(drawn.begin(), drawn.end()) == std::set<sorter_client>{0, 1, 3, 4});
  }
  table.set_active(2, true);
  table.remove_client(4);
  auto drawn = walk(table);
  CHECK(std::set(drawn.begin(), drawn.end()) == std::set<sorter_client>{0, 1, 2, 3});
}

TEST_CASE("the same seed draws the same orders") {
  random_sorter one(role_tree::shape::flat, 42);
  random_sorter two(role_tree::shape::flat, 42);
  for (auto* table : {&one, &two})
    fill(*table, {"a", "b", "c", "d"});
  for (int i = 0; i < 20; ++i)
    CHECK(walk(one) == walk(two));
}

TEST_CASE("orders come with the chances that the weights give them") {
  random_sorter table(role_tree::shape::hierarchical, 7);
  fill(table, {"a", "b", "c"});
  table.set_weight("a", 5);
  table.set_weight("b", 3);
  table.set_weight("c", 2);
  const std::vector<double> weights{5, 3, 2};
  std::map<std::vector<sorter_client>, int> seen;
  const int rounds = 20'000;
  for (int i = 0; i < rounds; ++i)
    ++seen[walk(table)];
  REQUIRE(seen.size() == 6);
  double chi_square = 0;
  for (const auto& [order, count] : seen) {
    auto expected = rounds * weights[order[0]] / 10 * weights[order[1]] / (10 - weights[order[0]]);
    chi_square += (count - expected) * (count - expected) / expected;
  }
  CHECK(chi_square < 20.5); // five degrees of freedom, 0.1 %
}

TEST_CASE("weights that are far apart keep their chances") {
  // Of 40 light ones and a heavy one a try is nearly always in vain: the walk along the weights takes over.
  std::vector<std::string> paths{"heavy"};
  for (int i = 0; i < 40; ++i)
    paths.push_back("light" + std::to_string(i));
  random_sorter roles(role_tree::shape::hierarchical, 11);
  fill(roles, paths);
  roles.set_weight("heavy", 4'000);
  std::map<sorter_client, int> first;
  std::map<sorter_client, int> second;
  const int rounds = 40'000;
  for (int i = 0; i < rounds; ++i) {
    roles.begin(0);
    ++first[roles.next()];
    ++second[roles.next()];
  }
  const double light = rounds / 4'040.0;
  CHECK(rounds - first[0] > 0);
  CHECK(rounds - first[0] < 80 * light); // twice what is expected
  double chi_square = 0;
  const double expected = (rounds - second[0]) / 40.0;
  for (sorter_client c = 1; c <= 40; ++c)
    chi_square += (second[c] - expected) * (second[c] - expected) / expected;
  CHECK(chi_square < 72.1); // 39 degrees of freedom, 0.1 %
  // A weight that was lowered no longer makes tries be in vain, and its chances follow.
  roles.set_weight("heavy", 1);
  int heavy_first = 0;
  for (int i = 0; i < rounds; ++i)
    heavy_first += walk(roles).front() == 0;
  CHECK(heavy_first > 800);
  CHECK(heavy_first < 1'160); // 976 expected, five standard deviations
}

TEST_CASE("a subtree is drawn by its own weight, whatever the number of its clients") {
  random_sorter table(role_tree::shape::hierarchical, 3);
  fill(table, {"a/1", "a/2", "a/3", "b"});
  int b_first = 0;
  for (int i = 0; i < 10'000; ++i)
    b_first += walk(table).front() == 3;
  CHECK(b_first > 4'800);
  CHECK(b_first < 5'200);
}
