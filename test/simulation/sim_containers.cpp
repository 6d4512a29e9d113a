#include "sim_containers.hpp"

#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <csignal>
#include <cstdio>

namespace troupe::simulation {

using namespace std::chrono_literals;

namespace {

containerizer_actor::behavior_type container_port(containerizer_actor::pointer,
                                                  sim_containers* containers) {
  return {
      [=](const launch_container& x) { containers->launch(x); },
      [=](const signal_container& x) { containers->signal(x); },
      [=](const destroy_container& x) { containers->destroy(x.id); },
      [](const update_container&) {
        // Simulated commands have no limits to exceed.
      },
      [](const get_usage&) { return shared<usage_list>{std::make_shared<usage_list>()}; },
      [=](const recover_containers& x) { return containers->recover(x); },
  };
}

} // namespace

std::string to_command(const behaviour& what) {
  return "run " + std::to_string(what.run_time.count()) + " " + std::to_string(what.wait_status) +
         (what.obeys ? " obeys" : " ignores") + (what.startable ? "" : " broken");
}

behaviour parse_command(const std::string& command) {
  long long milliseconds = 0;
  int status = 0;
  char manners[8] = "";
  char fault[8] = "";
  std::sscanf(command.c_str(), "run %lld %d %7s %7s", &milliseconds, &status, manners, fault);
  return {std::chrono::milliseconds{milliseconds}, status, manners[0] == 'o', fault[0] == 0};
}

containerizer_actor sim_containers::open_port() {
  return stage_.actors().spawn(container_port, this);
}

task_name sim_containers::task_of(const container& which) const {
  return {which.spec->framework.value(), which.spec->executor.value()};
}

std::string sim_containers::list() const {
  std::string text;
  for (const auto& [id, container] : containers_)
    text += " " + to_text(task_of(container));
  return text;
}

void sim_containers::launch(const launch_container& request) {
  const auto& spec = request.spec;
  auto [found, is_new] = containers_.try_emplace(spec->id);
  if (!is_new) {
    stage_.fail("container " + spec->id.value() + " is launched twice");
    return;
  }
  auto& container = found->second;
  container.spec = spec;
  container.listener = request.listener;
  container.does = parse_command(spec->command->value());
  stage_.note("host " + std::to_string(host_), "launches " + spec->executor.value());
  checkers_.container_launched(task_of(container));
  stage_.plan(dice_.between(20ms, 1s), [this, id = spec->id] { start(id); });
}

void sim_containers::start(const container_id& id) {
  const auto found = containers_.find(id);
  if (found == containers_.end() || found->second.state != phase::launching)
    return;
  auto& container = found->second;
  if (!container.does.startable) {
    end(container, {id, container_end::launch_failed, std::nullopt, "no such file", 0});
    return;
  }
  container.state = phase::running;
  if (container.listener)
    caf::anon_send(container.listener, container_started{id, 4711});
  plan_end(container, container.does.run_time, container_end::exited, container.does.wait_status);
}

void sim_containers::signal(const signal_container& request) {
  const auto found = containers_.find(request.id);
  if (found == containers_.end() || found->second.state != phase::running)
    return;
  if (request.signal == SIGKILL || (request.signal == SIGTERM && found->second.does.obeys))
    plan_end(found->second, dice_.between(1ms, 400ms), container_end::exited, request.signal);
}

void sim_containers::destroy(const container_id& id) {
  const auto found = containers_.find(id);
  if (found == containers_.end() || found->second.state == phase::over)
    return;
  const bool ran = found->second.state == phase::running;
  plan_end(found->second, dice_.between(1ms, 300ms), container_end::destroyed,
           ran ? std::optional{SIGKILL} : std::nullopt);
}

containers_recovered sim_containers::recover(const recover_containers& request) {
  containers_recovered answer;
  std::set<container_id> known;
  for (const auto& item : request.known) {
    const auto& id = item.spec->id;
    known.insert(id);
    const auto found = containers_.find(id);
    if (found == containers_.end()) {
      caf::anon_send(item.listener,
                     container_exited{id, container_end::lost, std::nullopt, "it is gone", 0});
      continue;
    }
    auto& container = found->second;
    container.listener = item.listener;
    if (container.state == phase::running) {
      caf::anon_send(item.listener, container_started{id, 4711});
    } else if (container.state == phase::over) {
      caf::anon_send(item.listener, container.end);
      containers_.erase(found);
    }
  }
  for (auto& [id, container] : containers_)
    if (!known.contains(id)) {
      stage_.note("host " + std::to_string(host_),
                  "destroys orphan " + container.spec->executor.value());
      answer.orphans_destroyed.push_back(id);
    }
  vanish([&](const container& x) { return !known.contains(x.spec->id); });
  return answer;
}

void sim_containers::plan_end(container& which, duration delay, container_end how,
                              std::optional<int> status) {
  const auto plan = ++which.plan;
  stage_.plan(delay, [this, id = which.spec->id, plan, how, status] {
    const auto found = containers_.find(id);
    if (found != containers_.end() && found->second.plan == plan &&
        found->second.state != phase::over)
      end(found->second, {id, how, status, "", 0});
  });
}

void sim_containers::end(container& which, container_exited how) {
  stage_.note("host " + std::to_string(host_),
              which.spec->executor.value() + " ends, wait status " +
                  (how.status ? std::to_string(*how.status) : "none"));
  checkers_.container_ended(task_of(which), how.status);
  which.state = phase::over;
  which.end = how;
  if (!which.listener)
    return;
  told_.emplace_back(stage_.now(), task_of(which));
  caf::anon_send(which.listener, how);
  containers_.erase(container_id{which.spec->id});
}

void sim_containers::vanish(const std::function<bool(const container&)>& which) {
  std::erase_if(containers_, [&](const auto& x) {
    if (!which(x.second))
      return false;
    if (x.second.state != phase::over)
      checkers_.container_ended(task_of(x.second), std::nullopt);
    return true;
  });
}

void sim_containers::agent_gone() {
  // The containerizer has cleaned up after them, so a restarted agent can't find out how they ended.
  for (const auto& [when, task] : std::exchange(told_, {}))
    if (when + 1s > stage_.now())
      checkers_.container_end_unknown(task);
  for (auto& [id, container] : containers_)
    container.listener = nullptr;
  // A launch that was under way may have come to nothing.
  vanish([&](const container& x) {
    return !x.spec->checkpoint || (x.state == phase::launching && dice_.chance(0.5));
  });
}

void sim_containers::reboot() {
  vanish([](const container&) { return true; });
}

} // namespace troupe::simulation
