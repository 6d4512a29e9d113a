#include "agent/checkpointer_actor.hpp"

#include <caf/all.hpp>

namespace troupe::agent {

using self_pointer = checkpointer_self_actor::stateful_pointer<checkpointer_state>;

namespace {

/// Answers after the next commit, or with the problem.
caf::result<checkpoint_done> after_commit(self_pointer self, const meta_store::problem& problem) {
  if (problem)
    return caf::make_error(caf::sec::runtime_error, *problem);
  auto& waiting = self->state.waiting;
  if (waiting.empty())
    self->send(self, commit_checkpoints{});
  waiting.push_back(self->make_response_promise<checkpoint_done>());
  return waiting.back();
}

void commit(self_pointer self) {
  const auto problem = self->state.store->commit();
  for (auto& promise : std::exchange(self->state.waiting, {})) {
    if (problem)
      promise.deliver(caf::make_error(caf::sec::runtime_error, *problem));
    else
      promise.deliver(checkpoint_done{});
  }
}

} // namespace

checkpointer_self_actor::behavior_type checkpointer(self_pointer self, std::string directory) {
  self->state.store = std::make_unique<meta_store>(std::move(directory));
  return {
      [self](const write_checkpoint& x) {
        return after_commit(self, self->state.store->write(x.path, x.bytes));
      },
      [self](const append_checkpoint& x) {
        return after_commit(self, self->state.store->append(x.path, x.bytes));
      },
      [self](const remove_checkpoint& x) {
        return after_commit(self, self->state.store->remove(x.path));
      },
      [self](const change_volumes& x) { return after_commit(self, self->state.store->change(x)); },
      [self](const read_checkpoints&) -> caf::result<shared<checkpoint_files>> {
        auto files = std::make_shared<checkpoint_files>();
        if (const auto problem = self->state.store->read_all(*files))
          return caf::make_error(caf::sec::runtime_error, *problem);
        return shared<checkpoint_files>{std::move(files)};
      },
      [self](const commit_checkpoints&) { commit(self); },
  };
}

} // namespace troupe::agent
