/// Quotas, minimums of frameworks, the hold-off and operators' conversions, by cases that can be
/// followed by hand.
#include "local_allocator.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::allocator;

namespace {

quantities amounts(const std::string& text) {
  return bag(text).scalars();
}

/// A guarantee that is the limit too.
set_quota quota(const std::string& role, const std::string& text) {
  return {role, amounts(text), amounts(text)};
}

resource reserved(const std::string& name, double amount, const std::string& role) {
  auto item = make_scalar(name, amount);
  reservation r;
  r.role = role;
  item.reservations.push_back(r);
  return item;
}

resource mount_disk(double megabytes) {
  auto item = make_scalar("disk", megabytes);
  disk_source mount;
  mount.type = disk_source_type::mount;
  mount.root = "/mnt/" + std::to_string(static_cast<int>(megabytes));
  disk_info disk;
  disk.source = mount;
  item.disk = disk;
  return item;
}

/// What a role has been offered in all.
resources of_role(const std::vector<allocation>& offers, const std::string& role) {
  resources sum;
  for (const auto& offer : offers)
    if (offer.role == role)
      sum += offer.offered;
  return sum;
}

allocation_policy no_minimum() {
  allocation_policy policy;
  policy.minimum = {};
  return policy;
}

} // namespace

TEST_CASE("a quota of old is the most, too: an agent is cut down to what is missing") {
  local_allocator l;
  l.on(quota("q", "cpus:2;mem:100"));
  l.add("f", "q");
  l.add_agent_with("s", "cpus:8;mem:400");
  CHECK(of_role(l.batch(), "q") == bag("cpus:2;mem:100"));
  CHECK(l.batch().empty());
}

TEST_CASE("names without guarantee and ports go along with a guarantee") {
  local_allocator l;
  l.on(quota("q", "cpus:2"));
  l.add("f", "q");
  l.add_agent_with("s", "cpus:8;mem:400;ports:[1-9]");
  CHECK(of_role(l.batch(), "q") == bag("cpus:2;mem:400;ports:[1-9]"));
}

TEST_CASE("guarantees come before fair shares") {
  local_allocator l;
  l.on(quota("q", "cpus:4;mem:400"));
  l.add("f", "a");
  l.add("g", "q");
  l.add_agent_with("s", "cpus:4;mem:400");
  CHECK(of_role(l.batch(), "q") == bag("cpus:4;mem:400"));
}

TEST_CASE("what a guarantee still needs is held back, although nobody is there to take it") {
  local_allocator l;
  l.on(quota("q", "cpus:4"));
  l.add("f", "a");
  l.add_agent_with("s1", "cpus:4;mem:100;ports:[1-9]");
  CHECK(l.batch().empty()); // ports alone are not worth an offer
  l.add_agent_with("s2", "cpus:4;mem:100");
  CHECK(of_role(l.batch(), "a").cpus() == quantity::from_milli(4'000));
  CHECK(l.batch().empty());
}

TEST_CASE("reserved and revocable resources go although unreserved ones are held back") {
  local_allocator l;
  l.on(quota("q", "cpus:100"));
  framework_options options;
  options.revocable_resources = true;
  l.add("f", "a", options);
  auto total = bag("cpus:4");
  total.add(reserved("cpus", 1, "a"));
  auto revocable = make_scalar("cpus", 2);
  revocable.revocable = true;
  total.add(revocable);
  l.on(add_agent{agent("s"), {}, total, {}});
  auto offers = l.batch();
  REQUIRE(offers.size() == 1);
  CHECK(offers[0].offered == total - bag("cpus:4"));
}

TEST_CASE("headroom frees itself when the guarantee is met, lowered or gone") {
  local_allocator l;
  l.on(quota("q", "cpus:4"));
  l.add("f", "a");
  l.add_agent_with("s", "cpus:4");
  CHECK(l.batch().empty());
  SECTION("gone") {
    l.on(set_quota{"q", {}, {}});
    CHECK(of_role(l.batch(), "a") == bag("cpus:4"));
  }
  SECTION("lowered, which still needs the only agent") {
    l.on(quota("q", "cpus:1"));
    CHECK(l.batch().empty());
  }
  SECTION("met elsewhere") {
    l.on(add_agent{agent("t"), {}, bag("cpus:4"), {{framework("g"), bag("cpus:4", "q")}}});
    CHECK(of_role(l.batch(), "a") == bag("cpus:4"));
  }
}

TEST_CASE("a limit above the guarantee is reached by fair share, and never passed") {
  local_allocator l;
  l.on(set_quota{"q", amounts("cpus:1"), amounts("cpus:3")});
  l.add("f", "q");
  l.add_agent_with("s", "cpus:8;mem:100");
  CHECK(of_role(l.batch(), "q") == bag("cpus:3;mem:100"));
  CHECK(l.batch().empty());
}

TEST_CASE("a limit without a guarantee limits") {
  local_allocator l;
  l.on(set_quota{"q", {}, amounts("cpus:3")});
  l.add("f", "q");
  l.add("g", "a");
  l.on(suppress_offers{framework("g"), {}});
  l.add_agent_with("s", "cpus:8;mem:100");
  CHECK(of_role(l.batch(), "q") == bag("cpus:3;mem:100"));
  l.on(revive_offers{framework("g"), {}});
  CHECK(of_role(l.batch(), "a") == bag("cpus:5"));
}

TEST_CASE("a limit of 0 keeps a resource away from a role and its sub-roles, and no other") {
  local_allocator cluster;
  cluster.add("f", "a/x");
  cluster.add_agent_with("s", "cpus:4;mem:64;cpus(a/x):1");
  cluster.on(set_quota{"a", {}, {{"cpus", {}}}});
  auto offers = cluster.batch();
  REQUIRE(offers.size() == 1);
  CHECK(offers[0].offered == bag("mem:64;cpus(a/x):1"));
  cluster.on(set_quota{"a", {}, {}});
  offers = cluster.batch();
  REQUIRE(offers.size() == 1);
  CHECK(offers[0].offered == bag("cpus:4"));
}

TEST_CASE("what a quota role gives back it may get again") {
  local_allocator l;
  l.on(quota("q", "cpus:2"));
  l.add("f", "q");
  l.add_agent_with("s", "cpus:8");
  auto offer = l.batch().at(0);
  l.decline(offer);
  CHECK(of_role(l.batch(), "q") == bag("cpus:2"));
}

TEST_CASE("reservations count as consumed, whether allocated or not") {
  local_allocator l;
  l.on(quota("q", "cpus:3"));
  l.add("f", "q");
  l.on(add_agent{agent("s"), {}, bag("cpus:8") + resources{reserved("cpus", 2, "q")}, {}});
  CHECK(of_role(l.batch(), "q") == bag("cpus:1") + resources{reserved("cpus", 2, "q")});
  CHECK(l.batch().empty());
}

TEST_CASE("reserving what is allocated does not change what is consumed") {
  local_allocator l;
  l.on(quota("q", "cpus:3"));
  l.add("f", "q");
  l.add_agent_with("s", "cpus:8");
  CHECK(of_role(l.batch(), "q") == bag("cpus:3"));
  l.on(convert_allocation{framework("f"), agent("s"), bag("cpus:2", "q"),
                          resources{reserved("cpus", 2, "q")}.allocated_to_role("q")});
  CHECK(l.batch().empty());
  l.on(recover_resources{
      framework("f"), agent("s"), resources{reserved("cpus", 2, "q")}.allocated_to_role("q"), {}});
  CHECK(of_role(l.batch(), "q") == resources{reserved("cpus", 2, "q")});
}

TEST_CASE("sub-roles use up the quota of the role above, and get its guarantee") {
  local_allocator l;
  l.on(quota("q", "cpus:3"));
  l.add("f", "q/x");
  l.add("g", "q/y");
  l.add_agent_with("s", "cpus:2");
  l.add_agent_with("t", "cpus:8");
  auto offers = l.batch();
  auto sum = of_role(offers, "q/x") + of_role(offers, "q/y");
  CHECK(sum.cpus() == quantity::from_milli(3'000));
}

TEST_CASE("a sub-role's guarantee is part of that of the role above, not on top of it") {
  local_allocator l;
  l.on(quota("q", "cpus:4"));
  l.on(quota("q/x", "cpus:3"));
  l.add("f", "a");
  l.add_agent_with("s", "cpus:4");
  l.add_agent_with("t", "cpus:4");
  CHECK(of_role(l.batch(), "a") == bag("cpus:4"));
}

TEST_CASE("a guarantee takes a MOUNT disk whole or not at all") {
  local_allocator l(no_minimum());
  l.on(quota("q", "disk:60"));
  l.add("f", "q");
  SECTION("too large") {
    l.on(add_agent{agent("s"), {}, resources{mount_disk(100)}, {}});
    CHECK(l.batch().empty());
  }
  SECTION("small enough") {
    l.on(add_agent{agent("s"), {}, resources{mount_disk(50), mount_disk(55)}, {}});
    CHECK(of_role(l.batch(), "q").size() == 1);
  }
}

TEST_CASE("quota roles are served by what they hold, revocable resources aside") {
  local_allocator l;
  l.on(quota("p", "cpus:8"));
  l.on(quota("q", "cpus:8"));
  auto revocable = make_scalar("cpus", 6);
  revocable.revocable = true;
  l.add("f", "p");
  l.add("g", "q");
  l.on(add_agent{agent("t"),
                 {},
                 bag("cpus:1") + resources{revocable},
                 {{framework("f"), resources{revocable}.allocated_to_role("p")},
                  {framework("g"), bag("cpus:1", "q")}}});
  l.add_agent_with("s", "cpus:4");
  CHECK(of_role(l.batch(), "p") == bag("cpus:4"));
}

TEST_CASE("a framework's own minimum replaces the operator's, up or down") {
  local_allocator l;
  framework_options options;
  options.minimum["a"] = {amounts("cpus:2")};
  l.add("f", "a", options);
  l.add_agent_with("s", "cpus:1;mem:1000");
  CHECK(l.batch().empty());
  options.minimum["a"] = {};
  options.roles = {"a"};
  l.on(update_framework{framework("f"), options});
  CHECK(l.batch().size() == 1);
  l.add_agent_with("t", "disk:5");
  CHECK(l.batch().size() == 1);
  options.minimum.clear();
  l.on(update_framework{framework("f"), options});
  l.add_agent_with("u", "disk:5");
  CHECK(l.batch().empty());
}

TEST_CASE("after a failover offers wait for four fifths of the agents, or ten minutes") {
  local_allocator l;
  l.on(await_agents{4}); // three, truncated
  l.add("f", "a");
  l.add_agent_with("s1", "cpus:1");
  l.add_agent_with("s2", "cpus:1");
  CHECK(l.batch().empty());
  SECTION("enough agents") {
    l.add_agent_with("s3", "cpus:1");
    CHECK(l.batch().size() == 3);
  }
  SECTION("time") {
    l.now += 10min - 1ms;
    CHECK(l.batch().empty());
    l.now += 1ms;
    CHECK(l.batch().size() == 2);
  }
}

TEST_CASE("where no agent is expected nothing waits") {
  local_allocator l;
  l.on(await_agents{0});
  l.add("f", "a");
  l.add_agent_with("s", "cpus:1");
  CHECK(l.batch().size() == 1);
}

TEST_CASE("an operator converts what is free; else nothing happens, and the answer says why") {
  local_allocator l;
  l.add_agent_with("s", "cpus:4;mem:100");
  auto mine = resources{reserved("cpus", 3, "a")};
  CHECK(l.on(convert_available{agent("s"), bag("cpus:3"), mine}).complaint.empty());
  l.add("f", "b");
  CHECK(of_role(l.batch(), "b") == bag("cpus:1;mem:100"));
  auto refused =
      l.on(convert_available{agent("s"), bag("cpus:1"), resources{reserved("cpus", 1, "a")}});
  CHECK(refused.complaint == "agent s: not all of cpus:1 is free: what is free is "
                             "cpus(a):3");
  CHECK(l.on(convert_available{agent("s"), mine, bag("cpus:2")}).complaint ==
        "agent s: a conversion changes the sum of resources");
  CHECK(l.on(convert_available{agent("t"), mine, bag("cpus:3")}).complaint == "agent t is unknown");
  CHECK(l.on(convert_available{agent("s"), mine, bag("cpus:3")}).complaint.empty());
  CHECK(of_role(l.batch(), "b") == bag("cpus:3"));
}

TEST_CASE("a shared volume that is in use cannot be destroyed, though it is still offered") {
  local_allocator l(no_minimum());
  auto volume = reserved("disk", 10, "a");
  troupe::persistence persistence;
  persistence.id = "v";
  disk_info disk;
  disk.persistence = persistence;
  volume.disk = disk;
  volume.shared = true;
  l.on(add_agent{agent("s"),
                 {},
                 resources{volume},
                 {{framework("f"), resources{volume}.allocated_to_role("a")}}});
  convert_available destroy{agent("s"), resources{volume}, resources{reserved("disk", 10, "a")}};
  CHECK(l.on(destroy).complaint.find("in use") != std::string::npos);
  l.on(recover_resources{framework("f"), agent("s"), resources{volume}.allocated_to_role("a"), {}});
  CHECK(l.on(destroy).complaint.empty());
}

TEST_CASE("new weights count from the next cycle on") {
  local_allocator l;
  l.add("f", "a");
  l.add("g", "b");
  l.on(set_weights{{{"b", 3.0}}});
  for (int i = 0; i < 8; ++i)
    l.add_agent_with("s" + std::to_string(i), "cpus:1");
  CHECK(of_role(l.batch(), "b").cpus() == quantity::from_milli(6'000));
}
