#include "allocator/small_vector.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <vector>

using troupe::allocator::small_vector;

namespace {

using counted = std::shared_ptr<int>;
using bag = small_vector<counted, 2>;

std::vector<int> values_of(const bag& items) {
  std::vector<int> result;
  for (const auto& item : items)
    result.push_back(*item);
  return result;
}

bag of_size(int size) {
  bag result;
  for (int i = 0; i < size; ++i)
    result.push_back(std::make_shared<int>(i));
  return result;
}

} // namespace

TEST_CASE("a small vector keeps its items in order, whether few or many") {
  CHECK(values_of(of_size(2)) == std::vector{0, 1});
  CHECK(values_of(of_size(9)) == std::vector{0, 1, 2, 3, 4, 5, 6, 7, 8});
  auto items = of_size(3);
  items.pop_back();
  CHECK(values_of(items) == std::vector{0, 1});
  CHECK(*items.back() == 1);
}

TEST_CASE("a small vector that was moved from is empty and can be filled again") {
  for (int size : {1, 2, 3, 20}) {
    auto from = of_size(size);
    auto to = of_size(5);
    to = std::move(from);
    CHECK(static_cast<int>(to.size()) == size);
    CHECK(from.empty()); // NOLINT: that is what is tested
    from.push_back(std::make_shared<int>(7));
    CHECK(values_of(from) == std::vector{7});
    CHECK(*to.back() == size - 1);
  }
}

TEST_CASE("a small vector ends each of its items once") {
  auto item = std::make_shared<int>(1);
  {
    bag items;
    for (int i = 0; i < 6; ++i)
      items.push_back(item);
    CHECK(item.use_count() == 7);
    items.pop_back();
    CHECK(item.use_count() == 6);
    auto moved = std::move(items);
    CHECK(item.use_count() == 6);
    moved.assign(std::vector{item});
    CHECK(item.use_count() == 2);
    items = of_size(1);
  }
  CHECK(item.use_count() == 1);
}
