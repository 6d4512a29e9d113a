#include "storage/store_actor.hpp"

#include <caf/all.hpp>

namespace troupe {

namespace {

template <class T>
caf::result<T> to_result(caf::expected<T> outcome) {
  if (!outcome)
    return std::move(outcome.error());
  return std::move(*outcome);
}

caf::result<variable_version> put(memory_store_state& state, const store_variable& request) {
  auto& variable = state.variables[request.name];
  if (variable.version != request.expected_version)
    return make_error(store_ec::conflict, "variable '" + request.name + "' has version " +
                                              std::to_string(variable.version) + ", not " +
                                              std::to_string(request.expected_version));
  variable = {request.bytes, request.expected_version + 1};
  return variable_version{variable.version};
}

} // namespace

store_actor::behavior_type durable_store(store_actor::stateful_pointer<sqlite_store_state>,
                                         std::shared_ptr<sqlite_store> store) {
  return {
      [=](const fetch_variable& request) { return to_result(store->fetch(request.name)); },
      [=](const store_variable& request) {
        return to_result(store->put(request.name, request.expected_version, request.bytes));
      },
  };
}

caf::expected<store_actor> spawn_durable_store(caf::actor_system& system,
                                               const std::filesystem::path& file) {
  auto store = sqlite_store::open(file);
  if (!store)
    return std::move(store.error());
  return system.spawn<caf::detached>(durable_store,
                                     std::make_shared<sqlite_store>(std::move(*store)));
}

store_actor::behavior_type memory_store(store_actor::stateful_pointer<memory_store_state> self) {
  return {
      [=](const fetch_variable& request) {
        auto found = self->state.variables.find(request.name);
        return found == self->state.variables.end() ? stored_variable{} : found->second;
      },
      [=](const store_variable& request) { return put(self->state, request); },
  };
}

} // namespace troupe
