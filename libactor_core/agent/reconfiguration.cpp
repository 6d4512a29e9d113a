/// Which changes of its own description an agent may make between two lives.
#include "agent/recovery.hpp"

#include "agent/executor_info.hpp"
#include "wire/resource_convert.hpp"

#include <algorithm>

namespace troupe::agent {

namespace v1 = mesos::v1;

namespace {

bool same_message(const google::protobuf::MessageLite& a, const google::protobuf::MessageLite& b) {
  return a.SerializeAsString() == b.SerializeAsString();
}

std::vector<attribute> attributes_of(const v1::AgentInfo& info) {
  auto result = wire::attributes_from_proto(info.attributes());
  return result ? std::move(*result) : std::vector<attribute>{};
}

/// `more` has at least what `less` has, of the same type.
template <class Value>
bool extends(const Value& less, const Value& more) {
  if (less.index() != more.index())
    return false;
  return std::visit(
      [&](const auto& old) {
        using type = std::decay_t<decltype(old)>;
        const auto& now = std::get<type>(more);
        if constexpr (std::is_same_v<type, std::string>)
          return old == now;
        else if constexpr (std::is_same_v<type, double> || std::is_same_v<type, quantity>)
          return now >= old;
        else
          return now.contains(old);
      },
      less);
}

std::optional<std::string> shrunk_resources(const v1::AgentInfo& before,
                                            const v1::AgentInfo& after) {
  const auto old = bag_of(before.resources());
  const auto now = bag_of(after.resources());
  for (const auto& item : old) {
    const auto kept = std::any_of(now.begin(), now.end(), [&](const resource& x) {
      return x.same_identity(item) && extends(item.value, x.value);
    });
    if (!kept)
      return "resource '" + item.name + "' is gone or smaller than before";
  }
  return std::nullopt;
}

std::optional<std::string> shrunk_attributes(const v1::AgentInfo& before,
                                             const v1::AgentInfo& after) {
  const auto now = attributes_of(after);
  for (const auto& item : attributes_of(before)) {
    const auto kept = std::any_of(now.begin(), now.end(), [&](const attribute& x) {
      return x.name == item.name && extends(item.value, x.value);
    });
    if (!kept)
      return "attribute '" + item.name + "' is gone or has changed";
  }
  return std::nullopt;
}

} // namespace

std::optional<std::string> incompatibility(const v1::AgentInfo& before, const v1::AgentInfo& after,
                                           reconfiguration_policy policy) {
  if (before.hostname() != after.hostname())
    return "the hostname was '" + before.hostname() + "' and is '" + after.hostname() + "'";
  if (before.port() != after.port())
    return "the port was " + std::to_string(before.port()) + " and is " +
           std::to_string(after.port());
  if (policy == reconfiguration_policy::additive) {
    if (before.has_domain() && !same_message(before.domain(), after.domain()))
      return "the domain has changed";
    if (auto why = shrunk_resources(before, after))
      return why;
    return shrunk_attributes(before, after);
  }
  if (before.has_domain() != after.has_domain() || !same_message(before.domain(), after.domain()))
    return "the domain has changed";
  if (!(bag_of(before.resources()) == bag_of(after.resources())))
    return "the resources have changed";
  if (attributes_of(before) != attributes_of(after))
    return "the attributes have changed";
  return std::nullopt;
}

} // namespace troupe::agent
