/// Rules of the cycle, each by a case that can be followed by hand.
#include "local_allocator.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::allocator;

namespace {

framework_options roles_of(std::set<std::string> roles) {
  framework_options options;
  options.roles = std::move(roles);
  return options;
}

/// Options of a framework with one capability.
framework_options able(bool framework_options::*capability) {
  framework_options options;
  options.*capability = true;
  return options;
}

/// Options of an agent without one of its capabilities.
agent_traits lacking(bool agent_traits::*capability) {
  agent_traits options;
  options.*capability = false;
  return options;
}

agent_traits host(const std::string& name) {
  agent_traits options;
  options.hostname = name;
  return options;
}

agent_traits in_region(const std::string& region) {
  agent_traits options;
  options.region = region;
  return options;
}

reservation reservation_for(const std::string& role) {
  reservation result;
  result.role = role;
  return result;
}

resource reserved(const std::string& name, double amount, const std::string& role) {
  auto item = make_scalar(name, amount);
  item.reservations.push_back(reservation_for(role));
  return item;
}

resource revocable(const std::string& name, double amount) {
  auto item = make_scalar(name, amount);
  item.revocable = true;
  return item;
}

resource shared_volume(const std::string& role, double amount) {
  auto item = reserved("disk", amount, role);
  item.shared = true;
  troupe::persistence volume;
  volume.id = "volume";
  disk_info disk;
  disk.persistence = volume;
  item.disk = disk;
  return item;
}

/// `framework role agent resources`, one line an offer.
std::vector<std::string> lines(const std::vector<allocation>& offers) {
  std::vector<std::string> result;
  for (const auto& offer : offers) {
    auto items = to_text(offer.offered.unallocated());
    std::erase(items, ' ');
    result.push_back(offer.framework.value() + " " + offer.role + " " + offer.agent.value() + " " +
                     items);
  }
  return result;
}

using text = std::vector<std::string>;

} // namespace

TEST_CASE("a framework is offered all of an agent, once") {
  local_allocator l;
  l.add("f", "dev");
  l.add_agent_with("s", "cpus:4;mem:100;ports:[1-9]");
  auto offers = l.batch();
  CHECK(lines(offers) == text{"f dev s cpus:4;mem:100;ports:[1-9]"});
  CHECK(offers[0].offered == bag("cpus:4;mem:100;ports:[1-9]"));
  CHECK(l.batch().empty());
}

TEST_CASE("agents go to the framework with the lowest share, one agent at a time") {
  local_allocator l;
  l.add("f", "a");
  l.add("g", "b");
  for (auto name : {"s1", "s2", "s3", "s4"})
    l.add_agent_with(name, "cpus:1;mem:10");
  std::map<framework_id, int> agents;
  for (const auto& offer : l.batch())
    ++agents[offer.framework];
  CHECK(agents == std::map<framework_id, int>{{framework("f"), 2}, {framework("g"), 2}});
}

TEST_CASE("recovered resources are offered by the next event cycle") {
  local_allocator l;
  l.add("f", "a");
  l.add_agent_with("s", "cpus:4;mem:100");
  auto offer = l.batch().at(0);
  auto part = offer;
  part.offered = bag("cpus:1", "a");
  CHECK(l.decline(part).wants_cycle);
  CHECK(lines(l.event_cycle()) == text{"f a s cpus:1"});
}

TEST_CASE("declined resources go to others at once and to the decliner after the filter") {
  local_allocator l;
  l.add("f", "a");
  l.add_agent_with("s", "cpus:4;mem:100");
  auto offer = l.batch().at(0);
  CHECK(l.decline(offer, 5s).wants_cycle);
  CHECK(l.event_cycle().empty());
  l.add("g", "b");
  CHECK(lines(l.event_cycle()) == text{"g b s cpus:4;mem:100"});
  auto second = offer;
  second.framework = framework("g");
  second.role = "b";
  second.offered = bag("cpus:4;mem:100", "b");
  l.decline(second, 1h);
  CHECK(l.batch().empty());
  l.now += 5s;
  CHECK(lines(l.batch()) == text{"f a s cpus:4;mem:100"});
}

TEST_CASE("a filter lasts an allocation interval at least") {
  local_allocator l;
  l.add("f", "a");
  l.add_agent_with("s", "cpus:4");
  l.decline(l.batch().at(0), 1ms);
  l.now += 999ms;
  CHECK(l.batch().empty());
  l.now += 1ms;
  CHECK(l.batch().size() == 1);
}

TEST_CASE("a filter does not stop an offer of more than was refused") {
  local_allocator l;
  l.add("f", "a");
  l.add_agent_with("s", "cpus:4;mem:100");
  auto offer = l.batch().at(0);
  auto rest = offer;
  rest.offered = bag("cpus:3;mem:60", "a");
  l.decline(rest, 1h);
  CHECK(l.batch().empty());
  rest.offered = bag("cpus:1", "a");
  l.decline(rest);
  CHECK(lines(l.batch()) == text{"f a s cpus:4;mem:60"});
}

TEST_CASE("who declines without a filter is asked again by the batch and not at once") {
  local_allocator l;
  l.add("f", "a");
  l.add_agent_with("s", "cpus:4");
  CHECK_FALSE(l.decline(l.batch().at(0), 0s).wants_cycle);
  CHECK(l.event_cycle().empty());
  CHECK(l.batch().size() == 1);
}

TEST_CASE("an endless filter is no overflow") {
  local_allocator l;
  l.add("f", "a");
  l.add_agent_with("s", "cpus:4");
  l.decline(l.batch().at(0), std::chrono::nanoseconds::max());
  l.now += 24h * 365;
  CHECK(l.batch().empty());
}

TEST_CASE("revive forgets the filters of its roles only and ends suppression") {
  local_allocator l;
  auto options = roles_of({"a", "b"});
  l.on(add_framework{framework("f"), options, true, {}});
  l.add_agent_with("s1", "cpus:4");
  l.add_agent_with("s2", "cpus:4");
  for (int round = 0; round < 2; ++round) // first one role refuses both agents, then the other
    for (const auto& offer : l.batch())
      l.decline(offer, 1h);
  while (l.core.filter_count() < 4)
    for (const auto& offer : l.batch())
      l.decline(offer, 1h);
  l.on(suppress_offers{framework("f"), {"b"}});
  CHECK(l.on(revive_offers{framework("f"), {"a"}}).wants_cycle);
  CHECK(l.core.filter_count() == 2);
  for (const auto& offer : l.event_cycle())
    CHECK(offer.role == "a");
  l.on(revive_offers{framework("f"), {}});
  CHECK(l.core.filter_count() == 0);
}

TEST_CASE("a suppressed role gets no offers, the other roles of the framework do") {
  local_allocator l;
  l.on(add_framework{framework("f"), roles_of({"a", "b"}), true, {}});
  l.on(suppress_offers{framework("f"), {"a"}});
  l.add_agent_with("s", "cpus:1");
  CHECK(lines(l.batch()) == text{"f b s cpus:1"});
  l.on(suppress_offers{framework("f"), {}});
  l.add_agent_with("s2", "cpus:1");
  CHECK(l.batch().empty());
  CHECK(l.on(revive_offers{framework("f"), {"a"}}).wants_cycle);
  CHECK(lines(l.event_cycle()) == text{"f a s2 cpus:1"});
}

TEST_CASE("roles that are suppressed when the framework is added start without offers") {
  local_allocator l;
  auto options = roles_of({"a"});
  options.suppressed_roles = {"a"};
  l.on(add_framework{framework("f"), options, true, {}});
  l.add_agent_with("s", "cpus:1");
  CHECK(l.batch().empty());
  options.suppressed_roles.clear();
  l.on(update_framework{framework("f"), options});
  CHECK(l.batch().size() == 1);
}

TEST_CASE("a disconnected framework gets nothing, and starts without filters when it is back") {
  local_allocator l;
  l.add("f", "a");
  l.add_agent_with("s", "cpus:1");
  l.decline(l.batch().at(0), 1h);
  l.on(deactivate_framework{framework("f")});
  CHECK(l.core.filter_count() == 0);
  CHECK(l.batch().empty());
  CHECK(l.on(activate_framework{framework("f")}).wants_cycle);
  CHECK(l.event_cycle().size() == 1);
}

TEST_CASE("agents that carry too little are not offered") {
  local_allocator l;
  l.add("f", "a");
  l.add_agent_with("s", "cpus:0.005;mem:10;disk:1000");
  CHECK(l.batch().empty());
  l.on(update_agent{agent("s"), host("s"), bag("cpus:0.005;mem:32;disk:1000")});
  CHECK(l.batch().size() == 1);
}

TEST_CASE(
    "agents with GPUs are for frameworks that know GPUs, unless the operator says otherwise") {
  for (bool filter : {true, false}) {
    allocation_policy policy;
    policy.filter_gpu_resources = filter;
    local_allocator l(policy);
    l.add("plain", "a");
    l.add_agent_with("s", "cpus:1;gpus:2");
    CHECK(l.batch().empty() == filter);
  }
  local_allocator l;
  l.add("gpu", "a", able(&framework_options::gpu_resources));
  l.add_agent_with("s", "cpus:1;gpus:2");
  CHECK(l.batch().size() == 1);
}

TEST_CASE("agents of another region are for region-aware frameworks") {
  allocation_policy policy;
  policy.region = "east";
  local_allocator l(policy);
  l.add("f", "a");
  l.add_agent_with("local", "cpus:1");
  l.add_agent_with("east", "cpus:1", in_region("east"));
  l.add_agent_with("west", "cpus:1", in_region("west"));
  CHECK(l.batch().size() == 2);
  l.add("aware", "b", able(&framework_options::region_aware));
  CHECK(lines(l.batch()) == text{"aware b west cpus:1"});
}

TEST_CASE("old agents are not offered to multi-role frameworks nor under nested roles") {
  local_allocator l;
  l.add("multi", "a", able(&framework_options::multi_role));
  l.add_agent_with("s", "cpus:1", lacking(&agent_traits::multi_role));
  CHECK(l.batch().empty());
  local_allocator nested;
  nested.add("f", "a/b");
  nested.add_agent_with("s", "cpus:1", lacking(&agent_traits::hierarchical_role));
  CHECK(nested.batch().empty());
  nested.add("g", "a");
  CHECK(lines(nested.batch()) == text{"g a s cpus:1"});
}

TEST_CASE("reserved resources are for their role and its sub-roles") {
  local_allocator l;
  l.on(add_agent{agent("s"),
                 host("s"),
                 resources{reserved("cpus", 4, "eng"), reserved("mem", 100, "ops")},
                 {}});
  l.add("other", "engineers");
  CHECK(l.batch().empty());
  l.add("f", "eng/web");
  CHECK(lines(l.batch()) == text{"f eng/web s cpus(eng):4"});
  l.add("g", "ops");
  CHECK(lines(l.batch()) == text{"g ops s mem(ops):100"});
}

TEST_CASE("revocable resources are stripped for frameworks that cannot take them back") {
  local_allocator l;
  l.on(add_agent{
      agent("s"), host("s"), resources{make_scalar("cpus", 1), revocable("cpus", 2)}, {}});
  l.add("plain", "a");
  CHECK(lines(l.batch()) == text{"plain a s cpus:1"});
  l.add("tolerant", "b", able(&framework_options::revocable_resources));
  auto offers = l.batch();
  REQUIRE(offers.size() == 1);
  CHECK(offers[0].offered.unallocated() == resources{revocable("cpus", 2)});
}

TEST_CASE("refined reservations are stripped for frameworks that do not know them") {
  auto refined = reserved("cpus", 2, "eng");
  refined.reservations.push_back(reservation_for("eng/web"));
  local_allocator l;
  l.on(add_agent{agent("s"), host("s"), resources{refined, make_scalar("cpus", 1)}, {}});
  l.add("plain", "eng/web");
  CHECK(lines(l.batch()) == text{"plain eng/web s cpus:1"});
  l.add("modern", "eng/web", able(&framework_options::reservation_refinement));
  CHECK(l.batch().size() == 1);
}

TEST_CASE("a shared volume stays free, goes to one framework a cycle, and counts once") {
  allocation_policy policy;
  policy.minimum = {};
  local_allocator l(policy);
  l.on(add_agent{agent("s"), host("s"), resources{shared_volume("a", 10)}, {}});
  l.add("plain", "a");
  CHECK(l.batch().empty());
  l.add("f", "a", able(&framework_options::shared_resources));
  l.add("g", "a", able(&framework_options::shared_resources));
  std::set<framework_id> offered;
  for (int i = 0; i < 4; ++i) {
    auto offers = l.batch();
    REQUIRE(offers.size() == 1);
    offered.insert(offers[0].framework);
  }
  CHECK(offered.size() == 2);
  auto f = l.core.books().frameworks.find(framework("f"));
  auto m = l.core.books().find_member(f, "a");
  l.batch();
  auto& table = dynamic_cast<drf_sorter&>(*l.frameworks);
  CHECK(table.share(m) == 1.0);
}

TEST_CASE("deactivated agents and agents off the whitelist are not offered") {
  local_allocator l;
  l.add("f", "a");
  l.on(add_agent{agent("s"), host("host1"), bag("cpus:1"), {}});
  l.on(deactivate_agent{agent("s")});
  CHECK(l.batch().empty());
  l.core.on(set_whitelist{std::set<std::string>{"host2"}}, {});
  CHECK(l.on(activate_agent{agent("s")}).wants_cycle);
  CHECK(l.batch().empty());
  CHECK(l.core.on(set_whitelist{std::set<std::string>{"host1"}}, {}).wants_cycle);
  CHECK(l.event_cycle().size() == 1);
}

TEST_CASE("what is used already when agents or frameworks are added is not offered and counts") {
  local_allocator l;
  l.on(add_agent{agent("s"), host("s"), bag("cpus:4"), {{framework("late"), bag("cpus:3", "a")}}});
  l.on(add_framework{framework("late"),
                     roles_of({"a"}),
                     true,
                     {{agent("s"), bag("cpus:3", "a")}, {agent("unknown"), bag("cpus:1", "a")}}});
  l.add("g", "b");
  CHECK(lines(l.batch()) == text{"g b s cpus:1"});
}

TEST_CASE("a framework that left a role gives its resources back under it") {
  local_allocator l;
  l.add("f", "old");
  l.add_agent_with("s", "cpus:4");
  auto offer = l.batch().at(0);
  l.on(update_framework{framework("f"), roles_of({"new"})});
  CHECK(l.decline(offer, 1h).complaint.empty());
  CHECK(l.core.filter_count() == 0);
  CHECK(lines(l.batch()) == text{"f new s cpus:4"});
  CHECK(l.core.books().find_member(l.core.books().frameworks.find(framework("f")), "old") ==
        no_index);
}

TEST_CASE("what a removed framework held is offered to others") {
  local_allocator l;
  l.add("f", "a");
  l.add_agent_with("s", "cpus:4");
  auto offer = l.batch().at(0);
  l.add("g", "b");
  SECTION("after it was given back") {
    l.decline(offer);
    CHECK(l.on(remove_framework{framework("f")}).complaint.empty());
  }
  SECTION("even if the master forgot to give it back, with a complaint") {
    CHECK_FALSE(l.on(remove_framework{framework("f")}).complaint.empty());
  }
  CHECK(lines(l.batch()) == text{"g b s cpus:4"});
}

TEST_CASE("an agent that went takes its resources along, and what comes back later is ignored") {
  local_allocator l;
  l.add("f", "a");
  l.add_agent_with("s", "cpus:4");
  auto offer = l.batch().at(0);
  CHECK(l.on(remove_agent{agent("s")}).complaint.empty());
  CHECK(l.decline(offer).complaint.empty());
  CHECK(l.batch().empty());
  l.add_agent_with("s", "cpus:2");
  CHECK(lines(l.batch()) == text{"f a s cpus:2"});
}

TEST_CASE("oversubscription that is taken back leaves nothing to offer until enough came back") {
  local_allocator l;
  l.add("f", "a", able(&framework_options::revocable_resources));
  auto options = host("s");
  l.on(add_agent{agent("s"), options, resources{make_scalar("cpus", 1), revocable("cpus", 4)}, {}});
  auto offer = l.batch().at(0);
  l.on(update_agent{agent("s"), options, resources{make_scalar("cpus", 1), revocable("cpus", 2)}});
  CHECK(l.batch().empty());
  offer.offered = resources{revocable("cpus", 3)}.allocated_to_role("a");
  l.decline(offer);
  auto offers = l.batch();
  REQUIRE(offers.size() == 1);
  CHECK(offers[0].offered.unallocated() == resources{revocable("cpus", 1)});
}

TEST_CASE("reserved by an operation, resources come back reserved") {
  local_allocator l;
  l.add("f", "a");
  l.add_agent_with("s", "cpus:4");
  auto offer = l.batch().at(0);
  auto mine = resources{reserved("cpus", 1, "a")}.allocated_to_role("a");
  CHECK(l.on(convert_allocation{framework("f"), agent("s"), bag("cpus:1", "a"), mine})
            .complaint.empty());
  CHECK_FALSE(
      l.on(convert_allocation{framework("f"), agent("s"), bag("cpus:1", "a"), bag("cpus:2", "a")})
          .complaint.empty());
  offer.offered = bag("cpus:3", "a") + mine;
  CHECK(l.decline(offer).complaint.empty());
  l.on(suppress_offers{framework("f"), {}});
  l.add("g", "b");
  CHECK(lines(l.batch()) == text{"g b s cpus:3"});
}

TEST_CASE("a batch in which nothing changed visits nobody") {
  local_allocator l;
  l.add("f", "a");
  l.add_agent_with("s", "cpus:4");
  l.decline(l.batch().at(0), 1h);
  l.batch();
  auto cycles = l.core.cycles();
  CHECK_FALSE(l.core.prepare(l.now + 2s, allocator_core::scope::batch));
  CHECK(l.core.cycles() == cycles);
}
