/// An own sorter for Troupe's allocator: first come, first served. Three agents, two frameworks; the
/// first one gets them all, where fair shares would divide them.
#include "allocator/allocator_actor.hpp"
#include "allocator/sorter_actor.hpp"
#include "model/resource_text.hpp"
#include "runtime/system.hpp"

#include <caf/all.hpp>

#include <future>
#include <iostream>
#include <map>
#include <vector>

namespace {

/// Clients in the order in which they came. A sorter that goes by shares would also implement
/// `allocated`, `unallocated` and `total_changed`.
class first_come final : public troupe::sorter_table {
 public:
  void add_client(troupe::sorter_client client, troupe::sorter_group group,
                  std::string_view) override {
    queues_[group].push_back(client);
    group_of_[client] = group;
  }
  void remove_client(troupe::sorter_client client) override {
    std::erase(queues_[group_of_[client]], client);
    active_.erase(client);
  }
  void set_active(troupe::sorter_client client, bool active) override { active_[client] = active; }
  void begin(troupe::sorter_group group) override {
    walked_ = &queues_[group];
    next_ = 0;
  }
  troupe::sorter_client next() override {
    while (next_ < walked_->size())
      if (auto client = (*walked_)[next_++]; active_[client])
        return client;
    return troupe::no_client;
  }

 private:
  std::map<troupe::sorter_group, std::vector<troupe::sorter_client>> queues_;
  std::map<troupe::sorter_client, troupe::sorter_group> group_of_;
  std::map<troupe::sorter_client, bool> active_;
  const std::vector<troupe::sorter_client>* walked_ = nullptr;
  std::size_t next_ = 0;
};

/// Stands in for the master: hears the offers of the first cycle.
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
  settings.make_role_sorter = settings.make_framework_sorter = [](caf::actor_system& where) {
    return troupe::allocator::spawn_sorter(where, std::make_shared<first_come>());
  };
  auto allocator = system.spawn(troupe::allocator::hierarchical_allocator, settings);

  for (const char* name : {"zoe", "adam"}) {
    troupe::framework_options options;
    options.roles = {name};
    caf::anon_send(allocator, troupe::add_framework{troupe::framework_id{name}, options, true, {}});
  }
  for (const char* name : {"a1", "a2", "a3"})
    caf::anon_send(allocator, troupe::add_agent{troupe::agent_id{name},
                                                {},
                                                *troupe::parse_resources("cpus:4;mem:8192"),
                                                {}});

  auto first = std::make_shared<std::promise<troupe::offers_made>>();
  auto made = first->get_future();
  caf::anon_send(allocator, troupe::start_allocator{system.spawn(listener, first)});
  for (const auto& offer : made.get().offers)
    std::cout << offer.framework << " is offered " << offer.offered << " of " << offer.agent
              << '\n';

  caf::anon_send_exit(allocator, caf::exit_reason::user_shutdown);
}
