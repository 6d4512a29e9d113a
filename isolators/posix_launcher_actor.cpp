#include "isolators/posix_launcher_actor.hpp"

#include "isolators/containerizer_metrics.hpp"
#include "isolators/files.hpp"
#include "isolators/sandbox.hpp"
#include "runtime/errors.hpp"
#include "runtime/logging.hpp"

#include <caf/all.hpp>

#include <unistd.h>

namespace troupe::isolators {
namespace {

using self_pointer = launcher_actor::stateful_pointer<launcher_state>;
using entry = launcher_state::entry;

constexpr std::chrono::seconds retry_interval{1};

entry* find(self_pointer self, const container_id& id) {
  const auto found = self->state.entries.find(id);
  return found == self->state.entries.end() ? nullptr : &found->second;
}

caf::result<sandbox_prepared> prepare(const launcher_config& config, const prepare_sandbox& x) {
  auto user = find_user(x.user);
  if (!user)
    return to_error({user.error()});
  if (::geteuid() != 0 && user->uid != ::geteuid())
    return to_error({"cannot run as user '" + x.user + "': the agent is not root"});
  if (auto bad = create_sandbox(config.work_dir, x.directory, *user))
    return to_error(*bad);
  return sandbox_prepared{*std::move(user)};
}

/// From now on the reaper reports its end, and its start if it has a report to come.
std::optional<failure> watch(self_pointer self, const container_id& id, entry& what) {
  auto& state = self->state;
  what.token = state.next_token;
  state.next_token += 2;
  if (auto bad = state.descriptors->watch(what.process.process, what.token))
    return bad;
  state.tokens[what.token] = id;
  if (!what.process.report)
    return std::nullopt;
  if (auto bad = state.descriptors->watch(what.process.report, what.token + 1))
    return bad;
  state.tokens[what.token + 1] = id;
  return std::nullopt;
}

caf::result<process_created> create(self_pointer self, const launcher_config& config,
                                    const create_process& x) {
  if (find(self, x.id) != nullptr || self->state.recovered.contains(x.id))
    return to_error({"container '" + x.id.value() + "' exists already"});
  auto process = launch(config.init_binary, *x.spec);
  if (!process)
    return to_error({process.error()});
  entry added;
  added.process = *std::move(process);
  added.spec = x.spec;
  added.directory = x.spec->runtime_directory;
  added.watcher = x.watcher;
  const pid_t pid = added.process.identity.pid;
  if (auto bad = watch(self, x.id, added)) {
    added.process.go.reset(); // init leaves
    return to_error(*bad);
  }
  self->state.entries[x.id] = std::move(added);
  return process_created{pid};
}

void tell_start(self_pointer self, entry& what) {
  if (what.told_start || !what.process.report)
    return;
  const auto said = read_report(what.process.report);
  if (std::holds_alternative<no_report>(said))
    return;
  what.told_start = true;
  what.process.report.reset();
  const auto* report = std::get_if<init::report>(&said);
  if (report == nullptr)
    self->send(what.watcher, process_failed{"troupe-init ended before it started the command"});
  else if (report->result == init::verdict::started)
    self->send(what.watcher, process_started{what.process.identity.pid});
  else
    self->send(what.watcher, process_failed{failure_text(*report, *what.spec)});
}

/// Something of the container survives; it is tried again.
void does_not_go(self_pointer self, const container_id& id, entry& what, const std::string& why) {
  log_error("a container does not go away", {{"container", id}, {"reason", why}});
  if (!std::exchange(what.counted_as_stuck, true))
    count(self, self->state.metrics, destroy_errors);
}

/// The end is told only when nothing of the container is left; until then it is tried again and again.
void tell_end(self_pointer self, const container_id& id, entry& what) {
  tell_start(self, what);
  const auto status = settle(what.process.identity, what.directory);
  if (!status) {
    does_not_go(self, id, what, status.error());
    self->delayed_send(self, retry_interval, check_process{id, what.token});
    return;
  }
  reap(what.process.process);
  self->send(what.watcher, process_ended{*status});
  self->state.tokens.erase(what.token);
  self->state.tokens.erase(what.token + 1);
  self->state.entries.erase(id);
}

void on_ready(self_pointer self, const descriptors_ready& x) {
  for (const auto token : x.tokens) {
    const auto found = self->state.tokens.find(token);
    if (found == self->state.tokens.end())
      continue; // told with something else of the same container
    const container_id id = found->second;
    entry& what = self->state.entries.at(id);
    if (token == what.token)
      tell_end(self, id, what);
    else
      tell_start(self, what);
  }
}

void release(self_pointer self, const release_process& x) {
  entry* what = find(self, x.id);
  if (what == nullptr || !what->process.go)
    return;
  // When init has gone its report or its end says why, and the reaper brings them.
  if (auto bad = let_go(what->process))
    log_warning("a container ended before its go-ahead",
                {{"container", x.id}, {"reason", bad->reason}});
}

void signal(self_pointer self, const signal_process& x) {
  entry* what = find(self, x.id);
  if (what == nullptr)
    return;
  if (auto bad = signal_all(what->process.process, x.signal))
    log_warning("a signal did not arrive", {{"container", x.id}, {"reason", bad->reason}});
}

void kill(self_pointer self, const launcher_config& config, const kill_process& x) {
  entry* what = find(self, x.id);
  if (what == nullptr)
    return;
  if (what->process.go)
    what->process.go.reset();
  else if (auto bad = request_destroy(what->process.process))
    log_debug("a container ended before it was destroyed",
              {{"container", x.id}, {"reason", bad->reason}});
  self->delayed_send(self, config.kill_patience, check_process{x.id, what->token});
}

/// Time is over: init does not react, or something could not be killed.
void check(self_pointer self, const check_process& x) {
  entry* what = find(self, x.id);
  if (what == nullptr || what->token != x.token)
    return;
  if (!has_ended(what->process.process)) {
    log_warning("a container is killed with its init", {{"container", x.id}});
    if (auto bad = kill_tree(what->process.identity))
      does_not_go(self, x.id, *what, bad->reason);
    self->delayed_send(self, retry_interval, x);
    return; // the reaper reports the end
  }
  tell_end(self, x.id, *what);
}

caf::result<recovered_processes> recover_all(self_pointer self, const launcher_config& config) {
  auto found = recover(config.runtime_dir);
  if (!found)
    return to_error({found.error()});
  recovered_processes result;
  for (auto& one : *found) {
    const auto& record = one.record;
    if (self->state.entries.contains(record.id))
      continue; // our own
    recovered_process item{record.id, 0, static_cast<bool>(one.process), record.status};
    if (record.identity)
      item.pid = record.identity->pid;
    result.items.push_back(item);
    self->state.recovered.insert_or_assign(record.id, std::move(one));
  }
  return result;
}

void adopt(self_pointer self, const adopt_process& x) {
  auto found = self->state.recovered.extract(x.id);
  if (found.empty()) {
    self->send(x.watcher, process_ended{std::nullopt});
    return;
  }
  auto& record = found.mapped().record;
  entry added;
  added.directory = record.directory;
  added.watcher = x.watcher;
  added.process.process = std::move(found.mapped().process);
  if (!added.process.process) {
    self->send(x.watcher, process_ended{record.status});
    return;
  }
  added.process.identity = *record.identity;
  if (auto bad = watch(self, x.id, added)) {
    log_error("a container cannot be watched", {{"container", x.id}, {"reason", bad->reason}});
    self->quit(to_error(*bad));
    return;
  }
  self->send(x.watcher, process_started{added.process.identity.pid});
  self->state.entries[x.id] = std::move(added);
}

void drop(self_pointer self, const launcher_config& config, const drop_record& x) {
  if (find(self, x.id) != nullptr)
    return; // the id was used again, and so is its folder
  if (auto bad = remove_all(runtime_directory(config.runtime_dir, x.id)))
    log_warning("the record of a container stays", {{"reason", bad->reason}});
}

} // namespace

launcher_state::~launcher_state() {
  if (descriptors)
    descriptors->stop();
}

launcher_actor::behavior_type posix_launcher(self_pointer self, launcher_config config,
                                             metrics_actor metrics) {
  auto descriptors = descriptor_set::make();
  if (!descriptors) {
    log_error("the launcher cannot start", {{"reason", descriptors.error()}});
    self->quit(to_error({descriptors.error()}));
    return launcher_actor::behavior_type::make_empty_behavior();
  }
  self->state.descriptors = *descriptors;
  self->state.metrics = std::move(metrics);
  self->spawn<caf::detached>(reaper, *descriptors, launcher_actor{self});
  return {
      [=](const prepare_sandbox& x) { return prepare(config, x); },
      [=](const create_process& x) { return create(self, config, x); },
      [=](const release_process& x) { release(self, x); },
      [=](const signal_process& x) { signal(self, x); },
      [=](const kill_process& x) { kill(self, config, x); },
      [=](const forget_process& x) {
        self->state.recovered.erase(x.id);
        self->delayed_send(self, config.record_retention, drop_record{x.id});
      },
      [=](const recover_processes&) { return recover_all(self, config); },
      [=](const adopt_process& x) { adopt(self, x); },
      [=](const descriptors_ready& x) { on_ready(self, x); },
      [=](const check_process& x) { check(self, x); },
      [=](const drop_record& x) { drop(self, config, x); },
  };
}

} // namespace troupe::isolators
