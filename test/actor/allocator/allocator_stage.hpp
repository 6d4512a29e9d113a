/// An allocator with a stub for its master, on virtual time.
#pragma once

#include "allocator/allocator_actor.hpp"

#include "allocator/sorter.hpp"
#include "allocator/sorter_actor.hpp"
#include "model/resource_text.hpp"
#include "runtime/deterministic_system.hpp"

#include <caf/all.hpp>

#include <algorithm>

namespace troupe::allocator {

using namespace std::chrono_literals;

/// A sorter of ours: who came first is served first. Counts the walks of the allocator.
class first_come final : public sorter_table {
 public:
  explicit first_come(int& walks)
      : walks_(walks) {}

  void add_client(sorter_client client, sorter_group group, std::string_view) override {
    clients_.push_back({client, group, false});
  }
  void remove_client(sorter_client client) override {
    std::erase_if(clients_, [&](const entry& e) { return e.client == client; });
  }
  void set_active(sorter_client client, bool active) override {
    for (auto& e : clients_)
      if (e.client == client)
        e.active = active;
  }
  void begin(sorter_group group) override {
    ++walks_;
    group_ = group;
    place_ = 0;
  }
  sorter_client next() override {
    while (place_ < clients_.size()) {
      const auto& e = clients_[place_++];
      if (e.active && e.group == group_)
        return e.client;
    }
    return no_client;
  }

 private:
  struct entry {
    sorter_client client;
    sorter_group group;
    bool active;
  };

  int& walks_;
  std::vector<entry> clients_;
  sorter_group group_ = 0;
  std::size_t place_ = 0;
};

inline offer_sink_actor::behavior_type sink(offer_sink_actor::pointer,
                                            std::vector<offers_made>* received) {
  return {[received](const offers_made& x) { received->push_back(x); }};
}

/// An allocator with a stub for its master, which collects what it is sent.
struct fixture {
  explicit fixture(allocator_config config = {}) {
    master = system.actors().spawn(sink, &received);
    actor = system.actors().spawn(hierarchical_allocator, std::move(config));
  }
  ~fixture() {
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(master, caf::exit_reason::user_shutdown);
    system.run();
  }

  template <class Event>
  void tell(Event event) {
    caf::anon_send(actor, std::move(event));
    system.run();
  }
  void start() { tell(start_allocator{master}); }
  /// With a framework "f" in the role "dev" and an agent "s".
  void start_with_one_of_each(const std::string& resources = "cpus:4") {
    start();
    add_framework_in("dev");
    add_agent_with(resources);
  }
  void add_framework_in(const std::string& role, const std::string& name = "f") {
    add_framework event;
    event.framework = framework_id(name);
    event.options.roles = {role};
    tell(event);
  }
  void add_agent_with(const std::string& text, const std::string& name = "s") {
    add_agent event;
    event.agent = agent_id(name);
    event.total = *parse_resources(text);
    tell(event);
  }
  void give_back(const allocation& offer, std::optional<std::chrono::nanoseconds> filter = {}) {
    give_back(std::vector{offer}, filter);
  }
  /// What one call gives back.
  void give_back(const std::vector<allocation>& offers,
                 std::optional<std::chrono::nanoseconds> filter = {}) {
    recover_together event;
    for (const auto& offer : offers)
      event.parts.push_back(
          {offer.framework, offer.agent, offer.offered.allocated_to_role(offer.role), filter});
    tell(std::move(event));
  }
  /// All offers since the last call.
  std::vector<allocation> offers() {
    std::vector<allocation> result;
    for (auto& batch : std::exchange(received, {}))
      result.insert(result.end(), batch.offers.begin(), batch.offers.end());
    return result;
  }

  deterministic_system system;
  std::vector<offers_made> received;
  offer_sink_actor master;
  metered_allocator_actor actor;
};

} // namespace troupe::allocator
