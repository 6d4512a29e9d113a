#include "master/weights.hpp"

#include "master/offers.hpp"
#include "master/role_settings.hpp"
#include "master/wire_texts.hpp"

#include <mesos/v1/mesos.pb.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace troupe::master {

using mesos::v1::WeightInfo;

namespace {

constexpr const char* refused = "Failed to validate update weights request JSON";

std::optional<std::string> fault(const turn& t, const WeightInfo& wanted) {
  const auto& role = wanted.role();
  if (auto why = role_fault(role))
    return std::string(refused) + ": Invalid role '" + role + "': " + *why;
  if (t.config.role_whitelist && !t.config.role_whitelist->contains(role))
    return std::string(refused) + ": Role '" + role + "' is not present in the master's --roles";
  if (std::isfinite(wanted.weight()) && wanted.weight() > 0)
    return std::nullopt;
  char weight[32];
  std::snprintf(weight, sizeof weight, "%g", wanted.weight());
  return std::string(refused) + " for role '" + role + "': Invalid weight '" + weight +
         "': Weights must be positive";
}

bool has_frameworks(const books& book, const std::string& branch) {
  return std::any_of(book.frameworks.begin(), book.frameworks.end(), [&](const auto& each) {
    const auto& roles = each.second.traits.roles;
    return std::any_of(roles.begin(), roles.end(),
                       [&](const auto& role) { return is_within(role, branch); });
  });
}

} // namespace

std::optional<api_answer>
update_weights(turn& t, const google::protobuf::RepeatedPtrField<WeightInfo>& wanted,
               request_id request) {
  registry_op::change_weights change;
  for (const auto& each : wanted) {
    if (auto why = fault(t, each))
      return api_answer{400, *why, nullptr};
    change.weights[each.role()] = each.weight();
  }
  // The first change stores those of the flag, too: from then on the registry decides.
  for (const auto& [role, weight] : t.book.weights_to_come)
    change.weights.emplace(role, weight);
  store_settings(t, std::move(change), request);
  return std::nullopt;
}

void put_weights_in_force(turn& t, const registry_op::change_weights& change) {
  set_weights news;
  for (const auto& [role, weight] : change.weights) {
    auto [found, is_new] = t.book.weights.try_emplace(role, weight);
    if (!is_new && found->second == weight)
      continue;
    found->second = weight;
    news.weights[role] = weight;
    t.changed(delta::weight_changed{role, weight});
    t.info("weight set", {{"role", role}, {"weight", weight}});
  }
  bool affected = std::any_of(news.weights.begin(), news.weights.end(),
                              [&](const auto& each) { return has_frameworks(t.book, each.first); });
  if (!news.weights.empty())
    t.tell_allocator(std::move(news));
  if (affected)
    for (const auto& [id, agent] : t.book.agents)
      rescind_all(t, agent);
}

} // namespace troupe::master
