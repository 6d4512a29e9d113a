#include "master/id_map.hpp"
#include "model/ids.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <random>
#include <string>

using namespace troupe;
using master::id_map;

TEST_CASE("an id map holds what a plain ordered map would, in the same order") {
  id_map<task_id, int> map;
  std::map<task_id, int> plain;
  std::mt19937 random(4711);
  for (int i = 0; i < 20'000; ++i) {
    task_id id{"a task with a name that fits into no small string " +
               std::to_string(random() % 500)};
    switch (random() % 5) {
    case 0:
      map.insert_or_assign(id, i);
      plain.insert_or_assign(id, i);
      break;
    case 1:
      CHECK(map.try_emplace(id, i).second == plain.try_emplace(id, i).second);
      break;
    case 2:
      CHECK(map.erase(id) == plain.erase(id));
      break;
    case 3:
      CHECK(map.extract(id).empty() == plain.extract(id).empty());
      break;
    default:
      CHECK(map.contains(id) == plain.contains(id));
      if (plain.contains(id))
        CHECK((map.at(id) == plain.at(id) && map.find(id)->first == id));
      else
        CHECK(map.find(id) == map.end());
    }
  }
  CHECK(map.size() == plain.size());
  CHECK(std::equal(map.begin(), map.end(), plain.begin(), plain.end()));
}

TEST_CASE("the entries of an id map stay where they are when it grows or moves") {
  id_map<task_id, std::string> map;
  auto* entry = &map[task_id{"a"}];
  for (int i = 0; i < 1'000; ++i)
    map.try_emplace(task_id{std::to_string(i)});
  auto moved = std::move(map);
  CHECK(&moved.at(task_id{"a"}) == entry);
  CHECK_THROWS_AS(moved.at(task_id{"b"}), std::out_of_range);
}
