#include "cluster.hpp"

#include "allocator/allocator_actor.hpp"
#include "master/master_actor.hpp"
#include "master/registrar.hpp"
#include "model/contract.hpp"
#include "runtime/logging.hpp"
#include "runtime/system.hpp"
#include "storage/store_actor.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <map>
#include <thread>
#include <unordered_map>

namespace troupe::bench {

namespace {

constexpr const char* agent_resources = "cpus:24;mem:4096;disk:4096;ports:[31000-32000]";

std::string task_resources(std::size_t tasks_per_agent) {
  // All of them fill an agent's memory to more than nine tenths.
  return "cpus:0.1;mem:" + std::to_string(4096 / tasks_per_agent);
}

master::master_config settings() {
  master::master_config config;
  auto info = std::make_shared<mesos::v1::MasterInfo>();
  info->set_id("0f3c8bb2-92a5-4c19-8b55-2d5ab0e0c3f7");
  info->set_ip(0);
  info->set_port(5050);
  info->set_hostname("master");
  config.core.id = master_id{info->id()};
  config.core.info = std::move(info);
  return config;
}

/// From each end of a task to the first offer of its agent after it.
latencies latencies_of(const std::vector<framework_history>& histories) {
  using times = std::vector<std::chrono::steady_clock::time_point>;
  std::unordered_map<std::string, times> offered;
  for (const auto& history : histories)
    for (const auto& offer : history.offered)
      offered[offer.agent].push_back(offer.at);
  for (auto& [agent, all] : offered)
    std::sort(all.begin(), all.end());
  latencies result;
  for (const auto& history : histories)
    for (const auto& end : history.ended) {
      const auto& all = offered[end.agent];
      const auto next = std::lower_bound(all.begin(), all.end(), end.at);
      if (next != all.end())
        result.push_back(std::chrono::duration<double>(*next - end.at).count());
    }
  std::sort(result.begin(), result.end());
  return result;
}

} // namespace

cluster::cluster(const cluster_plan& plan)
    : plan_(plan) {
  configure_system(config_);
  system_ = std::make_unique<caf::actor_system>(config_);
  watcher_ = system_->spawn(watcher);
  store_ = system_->spawn(memory_store);
  start_master();
  for (std::size_t i = 0; i < plan.agents; ++i)
    agents_.push_back(
        system_->spawn<caf::lazy_init>(agent, i, std::string(agent_resources), master_, watcher_));
}

cluster::~cluster() {
  const auto end = [](const auto& actor) {
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  };
  for (const auto& one : frameworks_)
    end(one);
  for (const auto& one : agents_)
    end(one);
  stop_master();
  end(store_);
  end(watcher_);
}

void cluster::start_master() {
  auto allocator = system_->spawn(allocator::hierarchical_allocator, allocator::allocator_config{});
  auto registrar = system_->spawn(master::registrar, master::registrar_config{},
                                  master::registrar_neighbours{store_, &time_, {}});
  master_ = system_->spawn(master::master, settings(),
                           master::master_neighbours{&time_, allocator, registrar, {}});
  helpers_ = {caf::actor_cast<caf::actor>(allocator), caf::actor_cast<caf::actor>(registrar)};
}

void cluster::stop_master() {
  caf::anon_send_exit(master_, caf::exit_reason::user_shutdown);
  for (const auto& one : helpers_)
    caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
  helpers_.clear();
}

double cluster::wait_for(std::size_t count, const std::function<void()>& begin) {
  auto done = std::make_shared<std::promise<void>>();
  caf::scoped_actor self{*system_};
  self->send(watcher_, expect_many{count, done});
  const auto start = std::chrono::steady_clock::now();
  begin();
  const auto ended = done->get_future().wait_for(std::chrono::minutes{10});
  expects(ended == std::future_status::ready, "the cluster did not get there in ten minutes");
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double cluster::register_agents() {
  return wait_for(plan_.agents, [this] {
    for (const auto& one : agents_)
      caf::anon_send(one, caf::ok_atom::value);
  });
}

void cluster::subscribe_frameworks() {
  wait_for(plan_.frameworks, [this] {
    for (std::size_t i = 0; i < plan_.frameworks; ++i)
      frameworks_.push_back(system_->spawn(
          framework, framework_plan{i, "role" + std::to_string(i),
                                    task_resources(plan_.tasks_per_agent), master_, watcher_}));
  });
}

double cluster::fill() {
  const auto tasks = plan_.agents * plan_.tasks_per_agent;
  return wait_for(plan_.frameworks, [&] {
    for (std::size_t i = 0; i < plan_.frameworks; ++i)
      caf::anon_send(frameworks_[i],
                     run_tasks{tasks * (i + 1) / plan_.frameworks - tasks * i / plan_.frameworks});
  });
}

latencies cluster::turn_over(std::size_t tasks, std::chrono::microseconds pause) {
  const auto step = std::max<std::size_t>(1, agents_.size() / 7 * 3 + 1); // all over the cluster
  wait_for_silence();
  auto next = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < tasks; ++i) {
    caf::anon_send(agents_[i * step % agents_.size()], end_a_task{});
    std::this_thread::sleep_until(next += pause);
  }
  wait_for_silence();
  return latencies_of(histories());
}

double cluster::change_master() {
  auto frameworks = std::make_shared<std::map<framework_id, framework_info_ptr>>();
  ask_frameworks(get_framework_info{}, [&](const framework_info_ptr& info) {
    frameworks->emplace(framework_id{info->id().value()}, info);
  });
  wait_for(plan_.agents, [&] {
    for (const auto& one : agents_)
      caf::anon_send(one, prepare_return{task_resources(plan_.tasks_per_agent), frameworks});
  });
  caf::scoped_actor self{*system_};
  const auto old = master_;
  stop_master();
  self->wait_for(old);
  const auto seconds = wait_for(plan_.agents, [&] {
    start_master();
    for (const auto& one : agents_)
      caf::anon_send(one, come_back{master_});
  });
  expects(tasks_of_master() == plan_.agents * plan_.tasks_per_agent, "the new master lacks tasks");
  return seconds;
}

std::size_t cluster::tasks_of_master() {
  auto counted = std::make_shared<std::promise<std::size_t>>();
  auto reader = system_->spawn([counted](state_listener_actor::pointer self) {
    return state_listener_actor::behavior_type{
        [](const state_delta&) {},
        [self, counted](const state_snapshot& snapshot) {
          counted->set_value(static_cast<std::size_t>(std::count_if(
              snapshot.changes->begin(), snapshot.changes->end(),
              [](const auto& each) { return std::holds_alternative<delta::task_changed>(each); })));
          self->quit();
        }};
  });
  caf::anon_send(master_, attach_replica{reader});
  return counted->get_future().get();
}

template <class Question, class Use>
void cluster::ask_frameworks(Question question, Use use) {
  caf::scoped_actor self{*system_};
  for (const auto& one : frameworks_)
    self->request(one, caf::infinite, question).receive(use, [](const caf::error&) {
      contract_violated("a framework has died");
    });
}

void cluster::wait_for_silence() {
  caf::scoped_actor self{*system_};
  for (std::size_t last = 0;;) {
    // Its answer comes when the master is through with all that was said before.
    self->request(master_, caf::infinite, teardown_framework{framework_id{"nobody"}})
        .receive([](const api_answer&) {},
                 [](const caf::error&) { contract_violated("the master has died"); });
    std::size_t offers = 0;
    ask_frameworks(caf::get_atom::value, [&](std::size_t some) { offers += some; });
    if (std::exchange(last, offers) == offers)
      return;
    std::this_thread::sleep_for(std::chrono::milliseconds{500});
  }
}

std::vector<framework_history> cluster::histories() {
  std::vector<framework_history> result;
  ask_frameworks(get_history{}, [&](const framework_history& some) { result.push_back(some); });
  return result;
}

} // namespace troupe::bench
