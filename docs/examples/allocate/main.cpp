/// Troupe's allocator alone: three agents, two frameworks with a role each, the second role with
/// twice the weight. Prints who is offered what.
#include "allocator/allocator_actor.hpp"
#include "model/resource_text.hpp"
#include "runtime/system.hpp"

#include <caf/all.hpp>

#include <future>
#include <iostream>

namespace {

/// Stands in for the master: hears the offers of the first cycle that has all agents in it.
troupe::offer_sink_actor::behavior_type
listener(troupe::offer_sink_actor::pointer self,
         std::shared_ptr<std::promise<troupe::offers_made>> first) {
  return {[=](const troupe::offers_made& made) {
    first->set_value(made);
    self->quit();
  }};
}

} // namespace

int main() {
  caf::actor_system_config config;
  troupe::configure_system(config);
  caf::actor_system system{config};

  troupe::allocator::allocator_config settings;
  settings.weights = {{"batch", 1.0}, {"web", 2.0}};
  auto allocator = system.spawn(troupe::allocator::hierarchical_allocator, settings);

  // All is told before the start, so that one cycle sees it together.
  for (const char* role : {"batch", "web"}) {
    troupe::framework_options options;
    options.roles = {role};
    caf::anon_send(allocator,
                   troupe::add_framework{
                       troupe::framework_id{std::string(role) + "-scheduler"}, options, true, {}});
  }
  for (const char* name : {"a1", "a2", "a3"}) {
    troupe::agent_traits traits;
    traits.hostname = name;
    auto total = troupe::parse_resources("cpus:4;mem:8192");
    if (!total) {
      std::cerr << total.error() << '\n';
      return 1;
    }
    caf::anon_send(allocator, troupe::add_agent{troupe::agent_id{name}, traits, *total, {}});
  }

  auto first = std::make_shared<std::promise<troupe::offers_made>>();
  auto made = first->get_future();
  caf::anon_send(allocator, troupe::start_allocator{system.spawn(listener, first)});
  for (const auto& offer : made.get().offers)
    std::cout << offer.framework << " as " << offer.role << " is offered "
              << offer.offered.unallocated() << " of " << offer.agent << '\n';

  caf::anon_send_exit(allocator, caf::exit_reason::user_shutdown);
}
