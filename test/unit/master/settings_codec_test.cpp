#include "master/offer_minimum.hpp"
#include "master/registry_codec.hpp"
#include "master/validation.hpp"
#include "world.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::master;
using namespace troupe::master::test;

namespace {

role_quota quota(std::int64_t guarantee, std::int64_t limit, std::optional<std::string> who = {}) {
  return {{{"cpus", quantity::from_milli(guarantee)}},
          {{"cpus", quantity::from_milli(limit)}, {"mem", quantity::from_milli(1)}},
          std::move(who)};
}

} // namespace

TEST_CASE("the registry gives quotas and weights back as they were") {
  registry_book book;
  CHECK(book.apply(registry_op::change_quotas{
      {{"a", quota(1500, 2000, "ops")}, {"b/c", quota(1, 2)}, {"gone", std::nullopt}}}));
  CHECK(book.apply(registry_op::change_weights{{{"a", 2.5}, {"b", 1}}}));
  auto again = registry_book::decode(book.encode());
  REQUIRE(again);
  auto content = again->content();
  CHECK(content.quotas == role_quotas{{"a", quota(1500, 2000, "ops")}, {"b/c", quota(1, 2)}});
  CHECK(content.weights == role_weights{{"a", 2.5}, {"b", 1}});
  // A limit of 0 is not the same as none.
  CHECK(book.apply(registry_op::change_quotas{{{"a", role_quota{{}, {{"cpus", {}}}, {}}}}}));
  CHECK(to_text(registry_book::decode(book.encode())->content().quotas["a"].limits) == "cpus:0");
  CHECK(book.apply(registry_op::change_quotas{{{"a", role_quota{}}}}));
}

TEST_CASE("a change of quotas or weights that is already so needs no store") {
  registry_book book;
  book.apply(registry_op::change_quotas{{{"a", quota(1, 2)}}});
  book.apply(registry_op::change_weights{{{"a", 2}}});
  CHECK(!book.apply(registry_op::change_quotas{{{"a", quota(1, 2)}, {"b", std::nullopt}}}));
  CHECK(!book.apply(registry_op::change_weights{{{"a", 2}}}));
  CHECK(book.apply(registry_op::change_quotas{{{"a", quota(1, 2, "ops")}}}));
  CHECK(book.apply(registry_op::change_weights{{{"a", 2}, {"b", 3}}}));
  CHECK(book.apply(registry_op::change_quotas{{{"a", std::nullopt}}}));
  CHECK(book.content().quotas.empty());
}

TEST_CASE("a framework's least offers reach the allocator by role") {
  auto info = multi_role_info({"a", "b", "c"});
  auto& filters = *info.mutable_offer_filters();
  auto* sets = filters["a"].mutable_min_allocatable_resources();
  (*sets->add_quantities()->mutable_quantities())["cpus"].set_value(2);
  (*sets->add_quantities()->mutable_quantities())["mem"].set_value(64);
  filters["b"].mutable_min_allocatable_resources();
  filters["c"];
  world w;
  w.start();
  w.subscribe(info);
  auto minimum = w.told_allocator<add_framework>().at(0).options.minimum;
  REQUIRE(minimum.size() == 2);
  CHECK(minimum["b"].empty());
  REQUIRE(minimum["a"].size() == 2);
  CHECK(to_text(minimum["a"][0]) == "cpus:2");
  CHECK(to_text(minimum["a"][1]) == "mem:64");
}

TEST_CASE("least offers of other roles count for nothing, wrong amounts are refused") {
  auto info = multi_role_info({"a"});
  (*info.mutable_offer_filters())["b"].mutable_min_allocatable_resources();
  CHECK(!validate(info));
  world w;
  w.start();
  w.subscribe(info);
  CHECK(w.told_allocator<add_framework>().at(0).options.minimum.empty());
  auto* sets = (*info.mutable_offer_filters())["a"].mutable_min_allocatable_resources();
  (*sets->add_quantities()->mutable_quantities())["cpus"].set_value(-1);
  auto why = validate(info);
  REQUIRE(why);
  CHECK(why->find("'FrameworkInfo.offer_filters' of role 'a' is invalid: resource 'cpus'") == 0);
}
