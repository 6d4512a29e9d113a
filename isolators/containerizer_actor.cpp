#include "isolators/containerizer_actor.hpp"

#include "runtime/errors.hpp"
#include "runtime/logging.hpp"

#include <caf/all.hpp>
#include <mesos/v1/mesos.pb.h>

namespace troupe::isolators {
namespace {

using self_pointer = containerizer_handle::stateful_pointer<containerizer_state>;
using entry = containerizer_state::entry;

void refuse(self_pointer self, const launch_container& x, const std::string& why) {
  if (x.listener)
    self->send(x.listener,
               container_exited{x.spec->id, container_end::launch_failed, std::nullopt, why, 0});
}

void add(self_pointer self, const containerizer_neighbours& around, const launch_container& x,
         std::optional<recovered_process> recovered) {
  container_job job{x.spec, x.listener, self, std::move(recovered)};
  auto actor = self->spawn<caf::linked>(container, std::move(job), around.containers);
  self->state.containers[x.spec->id] = {std::move(actor), 0, x.spec->limits,
                                        !x.spec->executor.empty()};
}

void launch(self_pointer self, const containerizer_neighbours& around, const launch_container& x) {
  const auto& id = x.spec->id;
  if (self->state.containers.contains(id))
    refuse(self, x, "container '" + id.value() + "' exists already");
  else if (auto why = check_container_id(id.value()))
    refuse(self, x, "container id '" + id.value() + "': " + *why);
  else
    add(self, around, x, std::nullopt);
}

template <class Message>
void forward(self_pointer self, const Message& x) {
  const auto found = self->state.containers.find(x.id);
  if (found != self->state.containers.end())
    self->send(found->second.actor, x);
}

void begin_pass(self_pointer self, const containerizer_neighbours& around, const clock& time);

/// Gives a pass's result to those who waited for it, and begins the next if anybody came meanwhile.
void end_pass(self_pointer self, const containerizer_neighbours& around, const clock& time) {
  self->state.measuring = false;
  if (!self->state.readers.empty())
    begin_pass(self, around, time);
}

void begin_pass(self_pointer self, const containerizer_neighbours& around, const clock& time) {
  self->state.measuring = true;
  auto asked = std::make_shared<std::vector<measured_container>>();
  auto readers = std::make_shared<decltype(self->state.readers)>();
  readers->swap(self->state.readers);
  std::vector<pid_t> roots;
  for (const auto& [id, container] : self->state.containers) {
    if (container.pid == 0)
      continue;
    asked->push_back({id, container.pid, container.limits, container.has_executor});
    roots.push_back(container.pid);
  }
  self->request(around.usage, caf::infinite, measure_usage{std::move(roots)})
      .then(
          [=, &time](const usage_measured& x) {
            auto list = std::make_shared<usage_list>();
            for (std::size_t i = 0; i < asked->size(); ++i)
              list->push_back(to_usage((*asked)[i], x.usage[i], around.fields, time.now()));
            const shared<usage_list> result(std::move(list));
            for (auto& reader : *readers)
              reader.deliver(result);
            end_pass(self, around, time);
          },
          [=, &time](const caf::error& why) {
            for (auto& reader : *readers)
              reader.deliver(why);
            end_pass(self, around, time);
          });
}

/// One pass over the machine's processes serves all who asked before it began. Who asks during a pass waits
/// for the next: nobody is told of a time before the question.
caf::result<shared<usage_list>> measure(self_pointer self, const containerizer_neighbours& around,
                                        const clock& time) {
  auto promise = self->make_response_promise<shared<usage_list>>();
  self->state.readers.push_back(promise);
  if (!self->state.measuring)
    begin_pass(self, around, time);
  return promise;
}

void answer_recovery_if_done(self_pointer self) {
  auto& state = self->state;
  if (state.orphans.empty() && state.recovery_answer.pending())
    state.recovery_answer.deliver(std::exchange(state.recovery, {}));
}

void take_over(self_pointer self, const containerizer_neighbours& around,
               const recover_containers& known, const recovered_processes& found) {
  std::map<container_id, recovered_process> left;
  for (const auto& process : found.items)
    left[process.id] = process;
  for (const auto& one : known.known) {
    const auto& id = one.spec->id;
    if (self->state.containers.contains(id))
      continue;
    const auto at = left.find(id);
    recovered_process process{id, 0, false, std::nullopt};
    if (at != left.end()) {
      process = at->second;
      left.erase(at);
    }
    add(self, around, one, process);
  }
  for (const auto& [id, process] : left) {
    auto spec = std::make_shared<container_spec>();
    spec->id = id;
    if (process.running) {
      self->state.orphans.insert(id);
      self->state.recovery.orphans_destroyed.push_back(id);
    }
    add(self, around, {std::move(spec), {}}, process);
  }
  answer_recovery_if_done(self);
}

caf::result<containers_recovered> recover(self_pointer self, const containerizer_neighbours& around,
                                          const recover_containers& x) {
  if (self->state.recovery_answer.pending())
    return to_error({"containers are being recovered already"});
  self->state.recovery_answer = self->make_response_promise<containers_recovered>();
  auto answer = self->state.recovery_answer;
  self->request(around.containers->launcher, caf::infinite, recover_processes{})
      .then([=](const recovered_processes& found) { take_over(self, around, x, found); },
            [=](caf::error& why) { self->state.recovery_answer.deliver(std::move(why)); });
  return answer;
}

void link_neighbours(self_pointer self, const containerizer_neighbours& around) {
  self->link_to(around.usage);
  self->link_to(around.containers->launcher);
  self->link_to(around.containers->fetcher);
  for (const auto& isolator : around.containers->isolators)
    self->link_to(isolator);
}

} // namespace

containerizer_handle::behavior_type
containerizer(self_pointer self, containerizer_neighbours around, const clock& time) {
  link_neighbours(self, around);
  return {
      [=](const launch_container& x) { launch(self, around, x); },
      [=](const signal_container& x) { forward(self, x); },
      [=](const destroy_container& x) { forward(self, x); },
      [=](const update_container& x) {
        if (const auto found = self->state.containers.find(x.id);
            found != self->state.containers.end())
          found->second.limits = x.limits;
        forward(self, x);
      },
      [=, &time](const get_usage&) { return measure(self, around, time); },
      [=](const recover_containers& x) { return recover(self, around, x); },
      [=](const container_running& x) {
        if (const auto found = self->state.containers.find(x.start.id);
            found != self->state.containers.end())
          found->second.pid = x.start.pid;
        if (x.listener)
          self->send(x.listener, x.start);
      },
      [=](const container_gone& x) {
        self->state.containers.erase(x.exit.id);
        self->state.orphans.erase(x.exit.id);
        if (x.listener)
          self->send(x.listener, x.exit);
        answer_recovery_if_done(self);
      },
  };
}

} // namespace troupe::isolators
