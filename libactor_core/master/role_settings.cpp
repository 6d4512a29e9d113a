#include "master/role_settings.hpp"

#include "master/quota.hpp"
#include "master/weights.hpp"
#include "model/roles.hpp"

namespace troupe::master {

namespace {

void recover_quotas(turn& t, const registry& known) {
  t.book.quotas = t.book.quotas_to_come = known.quotas;
  if (!known.quotas.empty() && !known.admitted.empty())
    t.tell_allocator(await_agents{known.admitted.size()});
  for (const auto& [role, quota] : known.quotas) {
    t.tell_allocator(set_quota{role, quota.guarantees, quota.limits});
    t.changed(delta::quota_changed{role, std::make_shared<const role_quota>(quota)});
  }
}

void recover_weights(turn& t, const registry& known) {
  if (!known.weights.empty() && !t.config.weights.empty())
    t.warning("the registry has weights: --weights is ignored");
  t.book.weights = known.weights.empty() ? t.config.weights : known.weights;
  t.book.weights_to_come = t.book.weights;
  if (!t.book.weights.empty())
    t.tell_allocator(set_weights{t.book.weights});
  for (const auto& [role, weight] : t.book.weights)
    t.changed(delta::weight_changed{role, weight});
}

} // namespace

void recover_settings(turn& t, const registry& known) {
  recover_quotas(t, known);
  recover_weights(t, known);
}

void store_settings(turn& t, registry_operation operation, request_id request) {
  auto id = t.book.next_store++;
  if (const auto* change = std::get_if<registry_op::change_quotas>(&operation))
    t.book.quotas_to_come = with_changes(std::move(t.book.quotas_to_come), *change);
  else if (const auto* weights = std::get_if<registry_op::change_weights>(&operation))
    for (const auto& [role, weight] : weights->weights)
      t.book.weights_to_come[role] = weight;
  t.book.settings.emplace(id, settings_change{operation, request});
  t.out.push_back(effect::store{id, std::move(operation)});
}

bool settings_stored(turn& t, store_id id) {
  auto node = t.book.settings.extract(id);
  if (node.empty())
    return false;
  const auto& change = node.mapped();
  if (const auto* quotas = std::get_if<registry_op::change_quotas>(&change.operation))
    put_quotas_in_force(t, *quotas);
  else if (const auto* weights = std::get_if<registry_op::change_weights>(&change.operation))
    put_weights_in_force(t, *weights);
  t.out.push_back(effect::answer{change.request, {200, "", nullptr}});
  return true;
}

role_quotas with_changes(role_quotas quotas, const registry_op::change_quotas& change) {
  for (const auto& [role, quota] : change.quotas) {
    if (quota)
      quotas[role] = *quota;
    else
      quotas.erase(role);
  }
  return quotas;
}

bool is_within(std::string_view role, std::string_view branch) {
  return role == branch || is_ancestor(branch, role);
}

} // namespace troupe::master
