/// Random clusters live through random histories; the allocator decides as the slow one does, which
/// has no dirty sets, no incremental shares and no look-up tables.
#include "local_allocator.hpp"
#include "slow_allocator.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>

using namespace troupe;
using namespace troupe::allocator;

namespace {

const std::vector<std::string> all_roles{"*", "a", "b", "a/x", "a/x/y", "a/z", "c"};

/// Drives both allocators with the same events and plays the frameworks.
class history {
 public:
  explicit history(std::uint32_t seed)
      : random_(seed)
      , fast_(make_policy(seed)) {
    slow_.policy = make_policy(seed);
    for (const auto& role : all_roles)
      if (below(3) == 0)
        tell(set_weights{{{role, 0.5 + below(5)}}});
    for (int i = 0; i < 3; ++i) {
      add_an_agent();
      add_a_framework();
    }
  }

  void step() {
    switch (below(20)) {
    case 0:
    case 1:
      return add_an_agent();
    case 2:
      return add_a_framework();
    case 3:
      return below(3) == 0 ? remove_an_agent() : update_an_agent();
    case 4:
      return below(3) == 0 ? remove_a_framework() : update_a_framework();
    case 5:
      return suppress_or_revive();
    case 6:
      return switch_a_framework();
    case 7:
      return switch_an_agent();
    case 8:
      return change_whitelist();
    case 9:
      return reserve();
    case 10:
      return change_quota();
    case 11:
      return convert_as_operator();
    case 12:
      return change_weights();
    case 13:
      return plan_maintenance();
    case 14:
    case 15:
      return answer_inverse_offers();
    default:
      return answer_offers();
    }
  }

  /// Runs a cycle in both; some time passes.
  void compare() {
    fast_.now += std::chrono::milliseconds{below(4) == 0 ? 3'000 : below(700)};
    auto number = fast_.core.cycles() + 1;
    auto offers = fast_.batch();
    auto expected = slow_.cycle(number, fast_.now);
    INFO("offered:\n" << told(offers) << "expected:\n" << told(expected) << quotas_told());
    REQUIRE(offers.size() == expected.size());
    for (std::size_t i = 0; i < offers.size(); ++i) {
      CHECK(offers[i].framework == expected[i].framework);
      CHECK(offers[i].role == expected[i].role);
      CHECK(offers[i].agent == expected[i].agent);
      CHECK(offers[i].offered == expected[i].offered);
    }
    compare_inverse_offers();
    check_sums();
    offers_ += offers.size();
  }

  std::size_t offers() const { return offers_; }
  std::size_t inverse_offers() const { return inverse_offers_; }

 private:
  static allocation_policy make_policy(std::uint32_t seed) {
    allocation_policy policy;
    policy.seed = seed;
    if (seed % 3 == 0)
      policy.minimum = {};
    if (seed % 4 == 0)
      policy.region = "east";
    policy.filter_gpu_resources = seed % 5 != 0;
    return policy;
  }

  std::uint32_t below(std::size_t limit) { return static_cast<std::uint32_t>(random_() % limit); }
  template <class Map>
  const auto& any_of(const Map& map) {
    return std::next(map.begin(), below(map.size()))->first;
  }

  template <class Event>
  void tell(const Event& event) {
    auto result = fast_.on(event);
    INFO(result.complaint);
    CHECK(result.complaint.empty());
    if constexpr (std::is_same_v<Event, recover_together>) {
      for (const auto& part : event.parts)
        slow_.on(part, fast_.now);
    } else if constexpr (std::is_same_v<Event, recover_resources> ||
                         std::is_same_v<Event, end_inverse_offer>) {
      slow_.on(event, fast_.now);
    } else {
      slow_.on(event);
    }
  }

  resource any_resource() {
    const std::vector<std::string> names{"cpus", "mem", "disk", "extra"};
    auto item = make_scalar(names[below(names.size())], 1 + below(40));
    if (below(3) == 0) {
      reservation r;
      r.role = all_roles[1 + below(all_roles.size() - 1)];
      item.reservations.push_back(r);
      if (r.role == "a" && below(2) == 0) {
        r.role = "a/x";
        item.reservations.push_back(r);
      }
    } else if (below(5) == 0) {
      item.revocable = true;
    }
    if (item.is_reserved() && item.name == "disk" && below(2) == 0) {
      troupe::persistence volume;
      volume.id = "v" + std::to_string(below(1'000'000));
      disk_info disk;
      disk.persistence = volume;
      item.disk = disk;
      item.shared = below(2) == 0;
    } else if (!item.is_reserved() && item.name == "disk" && below(2) == 0) {
      disk_source mount;
      mount.type = disk_source_type::mount;
      mount.root = "/mnt/" + std::to_string(below(3));
      disk_info disk;
      disk.source = mount;
      item.disk = disk;
    }
    return item;
  }

  resources any_total() {
    auto total = bag("cpus:8;mem:64;disk:100;ports:[31000-31009]");
    if (below(3) == 0)
      total = {};
    if (below(6) == 0)
      total += bag("gpus:2");
    for (auto i = below(4); i > 0; --i)
      total.add(any_resource());
    return total;
  }

  agent_traits any_agent_traits() {
    agent_traits options;
    options.hostname = "host" + std::to_string(below(3));
    options.multi_role = below(5) > 0;
    options.hierarchical_role = below(5) > 0;
    if (below(3) == 0)
      options.region = below(2) == 0 ? "east" : "west";
    return options;
  }

  framework_options any_framework_options() {
    framework_options options;
    for (auto i = 1 + below(3); i > 0; --i)
      options.roles.insert(all_roles[below(all_roles.size())]);
    if (below(6) == 0)
      options.suppressed_roles.insert(*options.roles.begin());
    options.revocable_resources = below(2) == 0;
    options.gpu_resources = below(2) == 0;
    options.shared_resources = below(2) == 0;
    options.multi_role = below(2) == 0;
    options.reservation_refinement = below(2) == 0;
    options.region_aware = below(2) == 0;
    if (below(4) == 0)
      options.minimum[*options.roles.rbegin()] = any_minimum();
    return options;
  }

  std::vector<quantities> any_minimum() {
    if (below(2) == 0)
      return {};
    return {quantities{{"cpus", quantity::from_milli(5'000)}},
            quantities{{"mem", quantity::from_milli(10'000)}}};
  }

  /// A few names, so that guarantees meet each other and what there is.
  quantities any_amounts() {
    quantities amounts;
    for (auto name : {"cpus", "mem", "disk"})
      if (below(3) == 0)
        amounts.set(name, quantity::from_milli(1'000 * (1 + below(name[0] == 'c' ? 20 : 150))));
    return amounts;
  }

  /// As of old, where guarantee and limit are one, or apart, or none any more.
  void change_quota() {
    set_quota event{all_roles[1 + below(all_roles.size() - 1)], {}, {}};
    if (auto kind = below(4); kind > 0) {
      event.guarantees = any_amounts();
      event.limits = kind == 1 ? event.guarantees : kind == 2 ? any_amounts() : quantities{};
      if (below(3) == 0)
        event.limits.set(below(2) == 0 ? "cpus" : "mem", {});
    }
    tell(event);
  }

  void change_weights() {
    tell(set_weights{{{all_roles[below(all_roles.size())], 0.5 + below(5)}}});
  }

  /// An operator reserves cpus, or takes a reservation back; it may fail.
  void convert_as_operator() {
    if (slow_.agents.empty())
      return;
    convert_available event{any_of(slow_.agents), bag("cpus:1"), {}};
    reservation r;
    r.role = all_roles[1 + below(all_roles.size() - 1)];
    event.after = event.before.pushed_reservation(r);
    if (below(2) == 0)
      std::swap(event.before, event.after);
    auto refused = fast_.on(event).complaint;
    CHECK(refused.empty() == slow_.on(event));
  }

  void add_an_agent() {
    add_agent event{agent("s" + std::to_string(++last_id_)), any_agent_traits(), any_total(), {}};
    if (!slow_.frameworks.empty() && below(3) == 0 && event.total.contains(bag("cpus:2"))) {
      // Of a framework that is known, or that will be added later.
      auto user =
          below(2) == 0 ? any_of(slow_.frameworks) : framework("f" + std::to_string(last_id_ + 1));
      event.used[user] = bag("cpus:2", all_roles[below(all_roles.size())]);
    }
    tell(event);
  }

  void add_a_framework() {
    if (slow_.frameworks.size() > 7)
      return;
    add_framework event{
        framework("f" + std::to_string(++last_id_)), any_framework_options(), below(5) > 0, {}};
    for (const auto& [id, facts] : slow_.agents)
      for (const auto& [who, held] : facts.held)
        if (who.first == event.framework)
          event.used[id] += held.allocated_to_role(who.second);
    tell(event);
  }

  void remove_an_agent() {
    if (slow_.agents.empty())
      return;
    auto id = any_of(slow_.agents);
    if (below(2) == 0)
      while (!slow_.agents[id].held.empty())
        give_back(id, slow_.agents[id].held.begin()->first, 1, std::nullopt);
    tell(remove_agent{id});
  }

  void update_an_agent() {
    if (slow_.agents.empty())
      return;
    auto id = any_of(slow_.agents);
    auto total = slow_.agents[id].total;
    if (below(2) == 0)
      total.add(any_resource());
    tell(update_agent{id, any_agent_traits(), total});
  }

  void remove_a_framework() {
    if (slow_.frameworks.empty())
      return;
    auto id = any_of(slow_.frameworks);
    for (auto& [agent, facts] : slow_.agents)
      for (const auto& [who, held] : std::map(facts.held))
        if (who.first == id)
          give_back(agent, who, 1, std::nullopt);
    tell(remove_framework{id});
  }

  void update_a_framework() {
    if (!slow_.frameworks.empty())
      tell(update_framework{any_of(slow_.frameworks), any_framework_options()});
  }

  void suppress_or_revive() {
    if (slow_.frameworks.empty())
      return;
    auto id = any_of(slow_.frameworks);
    std::set<std::string> roles;
    if (below(2) == 0)
      roles.insert(*slow_.frameworks[id].options.roles.begin());
    if (below(2) == 0)
      tell(suppress_offers{id, roles});
    else
      tell(revive_offers{id, roles});
  }

  void switch_a_framework() {
    if (slow_.frameworks.empty())
      return;
    auto id = any_of(slow_.frameworks);
    if (slow_.frameworks[id].active && below(2) == 0)
      tell(deactivate_framework{id});
    else
      tell(activate_framework{id});
  }

  void switch_an_agent() {
    if (slow_.agents.empty())
      return;
    auto id = any_of(slow_.agents);
    if (slow_.agents[id].activated && below(3) == 0)
      tell(deactivate_agent{id});
    else
      tell(activate_agent{id});
  }

  void change_whitelist() {
    std::optional<std::set<std::string>> hosts;
    if (below(6) == 0)
      hosts = std::set<std::string>{"host0", "host1"};
    slow_.policy.whitelist = hosts;
    fast_.core.on(set_whitelist{hosts}, {});
  }

  /// A framework reserves some of its cpus for its role.
  void reserve() {
    for (auto& [id, facts] : slow_.agents)
      for (const auto& [who, held] : facts.held) {
        if (who.second == "*" || !held.contains(bag("cpus:1")))
          continue;
        reservation r;
        r.role = who.second;
        auto before = bag("cpus:1");
        tell(convert_allocation{who.first, id, before.allocated_to_role(who.second),
                                before.pushed_reservation(r).allocated_to_role(who.second)});
        return;
      }
  }

  /// Everybody who holds something may keep it, or give back all or some of it, alone or together.
  void answer_offers() {
    const std::vector<std::optional<std::chrono::nanoseconds>> durations{std::nullopt, 0s, 1ms,
                                                                         2s,           5s, 1h};
    recover_together answers;
    for (const auto& [id, facts] : slow_.agents)
      for (const auto& [who, held] : facts.held)
        if (below(2) == 0)
          answers.parts.push_back(
              part_of(id, who, 1 + below(2), durations[below(durations.size())]));
    if (below(2) == 0)
      return tell(answers);
    for (const auto& answer : answers.parts)
      tell(answer);
  }

  /// An agent will be away, or at another time than was planned, or not at all.
  void plan_maintenance() {
    if (!slow_.agents.empty())
      tell(plan_absence{any_of(slow_.agents), below(4) > 0});
  }

  /// Some who were asked to leave answer, or the question is withdrawn; and some who were not.
  void answer_inverse_offers() {
    const std::vector<std::optional<std::chrono::nanoseconds>> durations{std::nullopt, 0s, 1ms, 2s,
                                                                         1h};
    for (const auto& asked : std::vector(slow_.inverse))
      if (below(2) == 0)
        tell(end_inverse_offer{asked.framework, asked.agent, durations[below(durations.size())]});
  }

  void compare_inverse_offers() {
    auto asked = fast_.core.take_inverse_offers();
    std::set<inverse_allocation> each(asked.begin(), asked.end());
    CHECK(each.size() == asked.size());
    CHECK(each == slow_.inverse_offers(fast_.now));
    CHECK(fast_.core.inverse_offers().asked() + fast_.core.inverse_offers().filters() ==
          slow_.inverse.size());
    inverse_offers_ += asked.size();
  }

  void give_back(const agent_id& id, const std::pair<framework_id, std::string>& who, int part,
                 std::optional<std::chrono::nanoseconds> filter) {
    tell(part_of(id, who, part, filter));
  }
  /// Every `part`-th item of what is held.
  recover_resources part_of(const agent_id& id, const std::pair<framework_id, std::string>& who,
                            int part, std::optional<std::chrono::nanoseconds> filter) {
    int number = 0;
    auto returned =
        slow_.agents[id].held[who].filter([&](const resource&) { return number++ % part == 0; });
    return {who.first, id, returned.allocated_to_role(who.second), filter};
  }

  static std::string told(const std::vector<allocation>& offers) {
    std::string text;
    for (const auto& offer : offers)
      text += "  " + offer.framework.value() + " as " + offer.role + " of " + offer.agent.value() +
              ": " + to_text(offer.offered) + "\n";
    return text;
  }

  std::string quotas_told() const {
    std::string text;
    for (const auto& [role, quota] : slow_.quotas)
      text += "quota of " + role + ": at least " + to_text(quota.guarantees) + ", at most " +
              to_text(quota.limits) + "\n";
    return text;
  }

  void check_sums() {
    const auto& books = fast_.core.books();
    REQUIRE(books.agents.size() == slow_.agents.size());
    for (const auto& [id, facts] : slow_.agents) {
      auto a = books.agents.find(id);
      const auto& agent = books.agents[a];
      CHECK(books.details(a).total == facts.total);
      CHECK(agent.free == slow_.free_of(facts));
      CHECK(agent.uses.size() == facts.held.size());
    }
    CHECK(fast_.core.filter_count() == slow_.filters.size());
    if (slow_.quotas.empty())
      return;
    auto& known = const_cast<cluster_books&>(books);
    for (auto name : {"cpus", "mem", "disk", "extra"}) {
      CHECK(books.quota.surplus(known.number_of(name)) ==
            slow_.available(name) - slow_.required(name));
      for (const auto& role : books.quota.roles())
        CHECK(known.quota.at(known.quota.find(role), known.number_of(name)).consumed ==
              slow_.consumed(role, name));
    }
  }

  std::mt19937 random_;
  local_allocator fast_;
  slow_allocator slow_;
  int last_id_ = 0;
  std::size_t offers_ = 0;
  std::size_t inverse_offers_ = 0;
};

} // namespace

TEST_CASE("random clusters get the offers that the rules prescribe") {
  const char* wanted = std::getenv("TROUPE_SEEDS");
  const auto seeds = wanted ? static_cast<std::uint32_t>(std::atoi(wanted)) : 60u;
  std::size_t offers = 0;
  std::size_t inverse_offers = 0;
  for (std::uint32_t seed = 1; seed <= seeds; ++seed) {
    history cluster(seed);
    for (int i = 0; i < 40; ++i) {
      INFO("seed " << seed << " step " << i);
      cluster.step();
      if (i % 3 != 0)
        cluster.compare();
    }
    offers += cluster.offers();
    inverse_offers += cluster.inverse_offers();
  }
  CHECK(offers > seeds * 20);
  CHECK(inverse_offers > seeds);
}
