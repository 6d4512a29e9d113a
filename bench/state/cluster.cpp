#include "cluster.hpp"

#include "http/replica_actor.hpp"

#include "model/resource_text.hpp"
#include "wire/resource_convert.hpp"

#include <mesos/v1/mesos.pb.h>

#include <stdexcept>

namespace troupe::bench {

namespace v1 = mesos::v1;

namespace {

constexpr std::size_t remembered_deltas = 1u << 20;
constexpr int labels_per_task = 10;
const std::string id_prefix = "16a16664-3ba4-4f32-b3fd-e06ff24d70ee-";

resources bag(const std::string& text) {
  auto parsed = parse_resources(text);
  if (!parsed)
    throw std::runtime_error("bad resources: " + text);
  return *parsed;
}

std::string agent_name(std::size_t i) {
  return id_prefix + "S" + std::to_string(i);
}

std::string framework_name(std::size_t i) {
  return id_prefix + "000" + std::to_string(i);
}

shared<agent_view> make_agent(std::size_t i) {
  auto info = std::make_shared<v1::AgentInfo>();
  info->set_hostname("host-" + std::to_string(i) + ".example.org");
  info->set_port(5051);
  auto view = std::make_shared<agent_view>();
  view->id = agent_id{agent_name(i)};
  view->info = info;
  view->pid = "slave(1)@10.0.0.1:5051";
  view->version = "1.7.3";
  view->capabilities = {"MULTI_ROLE", "HIERARCHICAL_ROLE", "RESERVATION_REFINEMENT"};
  static const auto total = bag("cpus:24;mem:65536;disk:1048576;ports:[31000-32000]");
  view->total = total;
  return view;
}

shared<framework_view> make_framework(std::size_t i) {
  auto info = std::make_shared<v1::FrameworkInfo>();
  info->set_name("framework-" + std::to_string(i));
  info->set_user("root");
  auto view = std::make_shared<framework_view>();
  view->id = framework_id{framework_name(i)};
  view->info = info;
  view->active = view->connected = true;
  return view;
}

/// Task `n` of a framework; two stand on each agent.
v1::Task make_task(std::size_t framework, std::size_t n, v1::TaskState state) {
  static const auto taken = wire::to_proto(bag("cpus:0.1;mem:32").allocated_to_role("*"),
                                           wire::resource_format::post_refinement);
  v1::Task task;
  const auto name = "task-" + std::to_string(framework) + "-" + std::to_string(n);
  task.set_name(name);
  task.mutable_task_id()->set_value(name);
  task.mutable_framework_id()->set_value(framework_name(framework));
  task.mutable_agent_id()->set_value(agent_name(n / cluster_shape::tasks_per_agent));
  task.set_state(state);
  *task.mutable_resources() = taken;
  auto* status = task.add_statuses();
  status->mutable_task_id()->set_value(name);
  status->set_state(state);
  status->set_timestamp(1.7e9 + static_cast<double>(n) / 8);
  for (int i = 0; i < labels_per_task; ++i) {
    auto* label = task.mutable_labels()->add_labels();
    label->set_key("key" + std::to_string(i));
    label->set_value("value" + std::to_string(i));
  }
  return task;
}

packed_task_ptr packed(const v1::Task& task) {
  return std::make_shared<const packed_task>(task);
}

struct cluster_state {
  cluster_shape shape;
  std::vector<packed_task_ptr> running; ///< by framework, then by number
  std::vector<state_change> rest;
  std::vector<http::replica_actor> replicas;
  std::uint64_t number = 0;
  std::size_t next = 0;
  std::shared_ptr<delta_times> times;
  std::shared_ptr<time_log> waited = std::make_shared<time_log>();
  std::shared_ptr<time_log> reached = std::make_shared<time_log>();

  void build() {
    rest.push_back(delta::master_changed{std::make_shared<master_view>(
        master_view{master_id{"M"}, std::make_shared<v1::MasterInfo>(), {}, wall_time{}, 0})});
    for (std::size_t i = 0; i < shape.agents; ++i)
      rest.push_back(delta::agent_changed{make_agent(i)});
    const auto per_framework = shape.agents * cluster_shape::tasks_per_agent;
    for (std::size_t f = 0; f < cluster_shape::frameworks; ++f) {
      rest.push_back(delta::framework_changed{make_framework(f)});
      for (std::size_t n = 0; n < per_framework; ++n)
        running.push_back(packed(make_task(f, n, v1::TASK_RUNNING)));
    }
    for (std::size_t f = cluster_shape::frameworks; f < 2 * cluster_shape::frameworks; ++f) {
      rest.push_back(delta::framework_changed{make_framework(f)});
      for (std::size_t n = 0; n < per_framework; ++n)
        rest.push_back(delta::task_completed{packed(make_task(f, n, v1::TASK_FINISHED))});
      rest.push_back(delta::framework_completed{make_framework(f)});
    }
  }

  state_snapshot snapshot() const {
    auto all = std::make_shared<std::vector<state_change>>(rest);
    for (const auto& task : running)
      all->push_back(delta::task_changed{task});
    return {number, all};
  }

  /// One more status of the next task: a delta of its own, as a master sends it.
  state_delta update() {
    // A prime stride: neighbours in the books do not change together.
    next = (next + 7919) % running.size();
    auto progress = running[next]->unpack_progress();
    auto* status = progress.mutable_statuses(0);
    status->set_timestamp(status->timestamp() + 1);
    status->set_healthy(!status->healthy());
    running[next] = std::make_shared<const packed_task>(running[next]->after(progress));
    return {++number, std::make_shared<std::vector<state_change>>(
                          std::vector<state_change>{delta::task_changed{running[next]}})};
  }
};

http::view_state probe(std::shared_ptr<time_log> log) {
  return {[log = std::move(log), sent = std::chrono::steady_clock::now()](const auto&) {
            log->note(std::chrono::steady_clock::now() - sent);
            return http::empty(204);
          },
          http::responder([](const http::response&) {})};
}

caf::behavior cluster(caf::event_based_actor* self, const std::shared_ptr<cluster_state>& state) {
  return {
      [=](const attach_replica& x) {
        state->replicas.push_back(caf::actor_cast<http::replica_actor>(x.replica));
        self->send(state->replicas.back(), state->snapshot());
      },
      [=](std::size_t updates) {
        for (std::size_t i = 0; i < updates; ++i) {
          auto delta = state->update();
          state->times->sent(delta.number);
          for (const auto& replica : state->replicas)
            self->send(replica, delta);
        }
        // Comes to its turn when the replica has applied what was sent before.
        for (const auto& replica : state->replicas)
          self->send(replica, probe(state->reached));
      },
      [=](const master_event& x) {
        state->waited->note(std::chrono::steady_clock::now() - x.sent);
      },
  };
}

} // namespace

std::vector<v1::Task> sample_tasks(std::size_t count) {
  std::vector<v1::Task> tasks;
  for (std::size_t n = 0; n < count; ++n)
    tasks.push_back(make_task(0, n, v1::TASK_RUNNING));
  return tasks;
}

simulated_master spawn_cluster(caf::actor_system& system, const cluster_shape& shape) {
  auto state = std::make_shared<cluster_state>();
  state->shape = shape;
  state->times = std::make_shared<delta_times>(remembered_deltas);
  state->build();
  return {system.spawn(cluster, state), state->times, state->waited, state->reached};
}

} // namespace troupe::bench
