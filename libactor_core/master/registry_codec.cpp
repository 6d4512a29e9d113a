#include "master/registry_codec.hpp"

#include "wire/fwd.hpp"

#include <mesos/v1/mesos.pb.h>

#include <algorithm>

namespace troupe::master {

namespace {

bool put(std::map<agent_id, stored::Agent>& agents, const agent_id& id,
         const agent_info_ptr& info) {
  auto& entry = agents[id];
  auto before = entry.SerializePartialAsString();
  *entry.mutable_info() = *info;
  entry.mutable_info()->mutable_id()->set_value(id.value());
  return entry.SerializePartialAsString() != before;
}

bool put(std::map<agent_id, stored::LeftAgent>& left, const agent_id& id, std::int64_t since) {
  if (left.contains(id))
    return false;
  auto& entry = left[id];
  entry.mutable_id()->set_value(id.value());
  entry.set_since_ns(since);
  return true;
}

std::map<agent_id, stored::LeftAgent>
by_id(const google::protobuf::RepeatedPtrField<stored::LeftAgent>& list) {
  std::map<agent_id, stored::LeftAgent> result;
  for (const auto& entry : list)
    result[agent_id{entry.id().value()}] = entry;
  return result;
}

std::map<agent_id, std::int64_t> times(const std::map<agent_id, stored::LeftAgent>& left) {
  std::map<agent_id, std::int64_t> result;
  for (const auto& [id, entry] : left)
    result[id] = entry.since_ns();
  return result;
}

using milli_map = google::protobuf::Map<std::string, std::int64_t>;

template <class Amounts>
void write(milli_map& stored, const Amounts& amounts) {
  stored.clear();
  for (const auto& [name, amount] : amounts)
    stored[name] = amount.milli();
}

template <class Amounts>
Amounts read(const milli_map& stored) {
  Amounts amounts;
  for (const auto& [name, milli] : stored)
    amounts.set(name, quantity::from_milli(milli));
  return amounts;
}

role_quota read(const stored::RoleQuota& stored) {
  role_quota quota{read<quantities>(stored.guarantees_milli()),
                   read<resource_limits>(stored.limits_milli()), std::nullopt};
  if (stored.has_principal())
    quota.principal = stored.principal();
  return quota;
}

template <class Entry>
void take_by_role(google::protobuf::RepeatedPtrField<Entry>& from,
                  std::map<std::string, Entry>& into) {
  for (auto& entry : from)
    into[entry.role()] = std::move(entry);
  from.Clear();
}

} // namespace

outcome<registry_book> registry_book::decode(const std::string& bytes) {
  registry_book book;
  if (!book.rest_.ParseFromString(bytes))
    return failure{"the stored registry (" + std::to_string(bytes.size()) +
                   " bytes) is damaged: it can't be parsed"};
  for (const auto& entry : book.rest_.agents()) {
    if (entry.info().id().value().empty())
      return failure{"the stored registry is damaged: an agent (" + entry.info().hostname() +
                     ") has no id"};
    book.agents_[agent_id{entry.info().id().value()}] = entry;
  }
  book.unreachable_ = by_id(book.rest_.unreachable());
  book.gone_ = by_id(book.rest_.gone());
  take_by_role(*book.rest_.mutable_quotas(), book.quotas_);
  take_by_role(*book.rest_.mutable_weights(), book.weights_);
  book.rest_.clear_agents();
  book.rest_.clear_unreachable();
  book.rest_.clear_gone();
  return book;
}

std::string registry_book::encode() const {
  auto whole = rest_;
  for (const auto& [id, entry] : agents_)
    *whole.add_agents() = entry;
  for (const auto& [id, entry] : unreachable_)
    *whole.add_unreachable() = entry;
  for (const auto& [id, entry] : gone_)
    *whole.add_gone() = entry;
  for (const auto& [role, entry] : quotas_)
    *whole.add_quotas() = entry;
  for (const auto& [role, entry] : weights_)
    *whole.add_weights() = entry;
  return whole.SerializeAsString();
}

bool registry_book::apply(const registry_operation& operation) {
  struct visitor {
    registry_book& book;

    bool operator()(const registry_op::admit& op) const {
      return put(book.agents_, op.agent, op.info);
    }
    bool operator()(const registry_op::mark_unreachable& op) const {
      bool removed = book.agents_.erase(op.agent) != 0;
      bool added = put(book.unreachable_, op.agent, op.since);
      book.prune(op.since);
      return added || removed;
    }
    bool operator()(const registry_op::mark_gone& op) const {
      bool removed = book.agents_.erase(op.agent) != 0;
      removed = book.unreachable_.erase(op.agent) != 0 || removed;
      return put(book.gone_, op.agent, op.since) || removed;
    }
    bool operator()(const registry_op::mark_reachable& op) const {
      bool back = book.unreachable_.erase(op.agent) != 0;
      return put(book.agents_, op.agent, op.info) || back;
    }
    bool operator()(const registry_op::update& op) const {
      return put(book.agents_, op.agent, op.info);
    }
    bool operator()(const registry_op::remove& op) const {
      return book.agents_.erase(op.agent) != 0;
    }
    bool operator()(const registry_op::change_quotas& op) const { return book.change(op); }
    bool operator()(const registry_op::change_weights& op) const { return book.change(op); }
    bool operator()(const registry_op::change_maintenance& op) const { return book.change(op); }
  };
  return std::visit(visitor{*this}, operation);
}

bool registry_book::change(const registry_op::change_quotas& op) {
  bool changed = false;
  for (const auto& [role, quota] : op.quotas) {
    if (!quota) {
      changed = quotas_.erase(role) != 0 || changed;
      continue;
    }
    auto [found, is_new] = quotas_.try_emplace(role);
    auto& entry = found->second;
    if (!is_new && read(entry) == *quota)
      continue;
    entry.set_role(role);
    write(*entry.mutable_guarantees_milli(), quota->guarantees);
    write(*entry.mutable_limits_milli(), quota->limits);
    entry.clear_principal();
    if (quota->principal)
      entry.set_principal(*quota->principal);
    changed = true;
  }
  return changed;
}

bool registry_book::change(const registry_op::change_weights& op) {
  bool changed = false;
  for (const auto& [role, weight] : op.weights) {
    auto [found, is_new] = weights_.try_emplace(role);
    changed = changed || is_new || found->second.weight() != weight;
    found->second.set_role(role);
    found->second.set_weight(weight);
  }
  return changed;
}

bool registry_book::change(const registry_op::change_maintenance& op) {
  if (rest_.maintenance().SerializeAsString() == op.plan->SerializeAsString())
    return false;
  *rest_.mutable_maintenance() = *op.plan;
  return true;
}

void registry_book::prune(std::int64_t now) {
  std::erase_if(unreachable_, [&](const auto& entry) {
    return now - entry.second.since_ns() > keep_.unreachable_age.count();
  });
  while (unreachable_.size() > keep_.unreachable_agents)
    unreachable_.erase(std::min_element(
        unreachable_.begin(), unreachable_.end(),
        [](const auto& a, const auto& b) { return a.second.since_ns() < b.second.since_ns(); }));
}

registry registry_book::content() const {
  registry result;
  result.leader = rest_.leader();
  for (const auto& [id, entry] : agents_)
    result.admitted[id] = std::make_shared<const mesos::v1::AgentInfo>(entry.info());
  result.unreachable = times(unreachable_);
  result.gone = times(gone_);
  for (const auto& [role, entry] : quotas_)
    result.quotas[role] = read(entry);
  for (const auto& [role, entry] : weights_)
    result.weights[role] = entry.weight();
  if (rest_.has_maintenance())
    result.maintenance = std::make_shared<const stored::Maintenance>(rest_.maintenance());
  return result;
}

} // namespace troupe::master
