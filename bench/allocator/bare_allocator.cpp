#include "bench/allocator/bare_allocator.hpp"

namespace troupe::bench {

using namespace troupe::allocator;

namespace {

const std::string id_prefix = "0f3c8bb2-92a5-4c19-8b55-2d5ab0e0c3f7-";

std::unique_ptr<sorter_table> make_table(const cluster_shape& shape, role_tree::shape form) {
  if (shape.random)
    return std::make_unique<random_sorter>(form, 1);
  return std::make_unique<drf_sorter>(drf_options{form, {}});
}

} // namespace

add_framework nth_framework(const cluster_shape& shape, std::size_t i) {
  add_framework event;
  event.framework = framework_id(id_prefix + std::to_string(i));
  event.options.roles = {shape.own_roles ? "role" + std::to_string(i) : "*"};
  return event;
}

add_agent nth_agent(std::size_t i) {
  add_agent event;
  event.agent = agent_id(id_prefix + "S" + std::to_string(i));
  event.options.hostname = "host" + std::to_string(i);
  event.total = *parse_resources("cpus:24;mem:4096;disk:4096;ports:[31000-32000]");
  return event;
}

recover_resources give_back(const allocation& offer,
                            std::optional<std::chrono::nanoseconds> filter) {
  return {offer.framework, offer.agent, offer.offered.allocated_to_role(offer.role), filter};
}

bare_allocator::bare_allocator(const cluster_shape& shape)
    : roles(make_table(shape, role_tree::shape::hierarchical))
    , quota_roles(make_table(shape, role_tree::shape::hierarchical))
    , frameworks(make_table(shape, role_tree::shape::flat)) {}

bare_allocator bare_allocator::full(const cluster_shape& shape) {
  bare_allocator result(shape);
  for (std::size_t i = 0; i < shape.frameworks; ++i)
    result.tell(nth_framework(shape, i));
  for (std::size_t i = 0; i < shape.agents; ++i)
    result.tell(nth_agent(i));
  return result;
}

std::vector<allocation> bare_allocator::run(allocator_core::scope scope) {
  if (!core.prepare(now, scope))
    return {};
  apply(core.take_role_changes(), *roles);
  apply(core.take_quota_role_changes(), *quota_roles);
  apply(core.take_framework_changes(), *frameworks);
  return core.cycle({*roles, quota_roles.get(), *frameworks});
}

std::vector<allocation> bare_allocator::batch() {
  now += std::chrono::seconds{1};
  return run(allocator_core::scope::batch);
}

} // namespace troupe::bench
