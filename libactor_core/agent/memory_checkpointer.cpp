#include "agent/memory_checkpointer.hpp"

#include <caf/all.hpp>

namespace troupe::agent {

void memory_medium::sync() {
  apply(unconfirmed_.front());
  unconfirmed_.pop_front();
}

void memory_medium::crash(std::size_t torn) {
  const auto lost = std::exchange(unconfirmed_, {});
  for (const auto& operation : lost)
    if (const auto* append = std::get_if<append_checkpoint>(&operation)) {
      if (torn > 0)
        files_[append->path] += append->bytes.substr(0, torn);
      return;
    }
}

checkpoint_files memory_medium::files() const {
  return {files_.begin(), files_.end()};
}

void memory_medium::apply(const operation& x) {
  if (const auto* write = std::get_if<write_checkpoint>(&x)) {
    files_[write->path] = write->bytes;
  } else if (const auto* append = std::get_if<append_checkpoint>(&x)) {
    files_[append->path] += append->bytes;
  } else if (const auto* remove = std::get_if<remove_checkpoint>(&x)) {
    const auto& path = remove->path;
    files_.erase(path);
    std::erase_if(files_, [&](const auto& file) { return file.first.starts_with(path + "/"); });
  }
}

namespace {

using self_pointer = memory_checkpointer_actor::stateful_pointer<memory_checkpointer_state>;

caf::result<checkpoint_done> take(self_pointer self, memory_medium& medium,
                                  std::chrono::nanoseconds latency,
                                  memory_medium::operation operation) {
  if (!medium.broken().empty())
    return caf::make_error(caf::sec::runtime_error, medium.broken());
  medium.add(std::move(operation));
  auto& waiting = self->state.waiting;
  waiting.push_back(self->make_response_promise<checkpoint_done>());
  self->delayed_send(self, latency, caf::tick_atom::value);
  return waiting.back();
}

} // namespace

memory_checkpointer_actor::behavior_type
memory_checkpointer(self_pointer self, const std::shared_ptr<memory_medium>& medium,
                    std::chrono::nanoseconds latency) {
  return {
      [=](const write_checkpoint& x) { return take(self, *medium, latency, x); },
      [=](const append_checkpoint& x) { return take(self, *medium, latency, x); },
      [=](const remove_checkpoint& x) { return take(self, *medium, latency, x); },
      [=](const change_volumes& x) { return take(self, *medium, latency, x); },
      [=](const read_checkpoints&) -> caf::result<shared<checkpoint_files>> {
        if (!medium->broken().empty())
          return caf::make_error(caf::sec::runtime_error, medium->broken());
        return shared<checkpoint_files>{std::make_shared<checkpoint_files>(medium->files())};
      },
      [=](caf::tick_atom) {
        auto& waiting = self->state.waiting;
        if (waiting.empty())
          return;
        medium->sync();
        waiting.front().deliver(checkpoint_done{});
        waiting.pop_front();
      },
  };
}

} // namespace troupe::agent
