#include "agent.hpp"

#include "http/agent_routes.hpp"
#include "isolators/start_containerizer.hpp"
#include "runtime/logging.hpp"
#include "runtime/metrics_actor.hpp"
#include "runtime/system.hpp"

#include <mesos/v1/mesos.pb.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace troupe::bench {

namespace {

namespace fs = std::filesystem;

resources some() {
  return resources{make_scalar("cpus", 0.1), make_scalar("mem", 32)};
}

container_spec_ptr spec_of(const std::string& folder, const std::string& name) {
  auto command = std::make_shared<mesos::v1::CommandInfo>();
  command->set_value("sleep 100000");
  auto spec = std::make_shared<container_spec>();
  spec->id = container_id(name);
  spec->agent = agent_id("agent");
  spec->framework = framework_id("framework");
  spec->executor = executor_id(name);
  spec->directory =
      folder + "/agent/slaves/agent/frameworks/framework/executors/" + name + "/runs/" + name;
  spec->command = std::move(command);
  spec->environment["PATH"] = "/usr/bin:/bin";
  spec->limits = some();
  return spec;
}

/// What an agent with these command tasks would show.
shared<agent_state_view> view_of(const std::vector<container_id>& containers) {
  auto framework = std::make_shared<agent_framework_view>();
  framework->id = framework_id("framework");
  framework->info = std::make_shared<mesos::v1::FrameworkInfo>();
  for (const auto& id : containers) {
    auto info = std::make_shared<mesos::v1::ExecutorInfo>();
    info->mutable_executor_id()->set_value(id.value());
    info->set_name("Command Executor (Task: " + id.value() + ") (Command: sh -c 'sleep 100000')");
    info->set_source(id.value());
    auto executor = std::make_shared<agent_executor_view>();
    executor->info = std::move(info);
    executor->container = id;
    executor->used = some();
    framework->executors.push_back(std::move(executor));
  }
  auto view = std::make_shared<agent_state_view>();
  view->id = agent_id("agent");
  view->info = std::make_shared<mesos::v1::AgentInfo>();
  view->frameworks.push_back(std::move(framework));
  return view;
}

agent_actor::behavior_type stub_agent(agent_actor::pointer, shared<agent_state_view> view) {
  return {
      [](const master_link_up&) {},
      [](const master_link_received&) {},
      [](const master_link_down&) {},
      [](const subscribe_executor&) {
        return api_answer{503, "there are no executors", nullptr};
      },
      [](const executor_request&) {
        return api_answer{503, "there are no executors", nullptr};
      },
      [](const container_started&) {},
      [](const container_exited&) {},
      [view](const get_agent_state&) { return view; },
      [](const leave_cluster&) {},
      [](caf::tick_atom) {},
  };
}

isolators::containerizer_config settings(const std::string& folder) {
  isolators::containerizer_config config;
  config.launcher.work_dir = folder + "/agent";
  config.launcher.runtime_dir = folder + "/run";
  config.launcher.init_binary =
      fs::read_symlink("/proc/self/exe").parent_path().parent_path().parent_path() /
      "daemons/troupe-init";
  config.isolation = {"posix/cpu", "posix/mem"};
  return config;
}

} // namespace

scratch_folder::scratch_folder() {
  std::string name = fs::temp_directory_path() / "troupe-bench-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr)
    throw std::runtime_error("cannot make a folder " + name);
  path_ = name;
  fs::permissions(path_, fs::perms(0755));
  fs::create_directory(path_ + "/agent");
}

scratch_folder::~scratch_folder() {
  std::error_code ignored; // the record of a container goes a little later
  fs::remove_all(path_, ignored);
}

hosted_agent::hosted_agent(std::size_t count) {
  configure_system(config_, {});
  system_ = std::make_unique<caf::actor_system>(config_);
  self_ = std::make_unique<caf::scoped_actor>(*system_);
  auto started = isolators::start_containerizer(*system_, settings(folder_.path()), time_);
  if (!started)
    throw std::runtime_error(started.error());
  containerizer_ = *started;
  launch_all(count);
  agent_ = system_->spawn(stub_agent, view_of(running_));
  numbers_ = system_->spawn(metrics, metrics_config{}, std::cref(time_));
  http::agent_routes_config routes;
  routes.daemon.actor = "slave(1)";
  http::server_config where;
  where.address = "127.0.0.1";
  where.port = 0;
  server_ = std::make_unique<http::server>(
      where, http::make_agent_router(*system_, routes, agent_, containerizer_,
                                     std::make_shared<http::file_table>(), numbers_));
  auto port = server_->start();
  if (!port)
    throw std::runtime_error(system_->render(port.error()));
  port_ = *port;
}

void hosted_agent::launch_all(std::size_t count) {
  auto& self = *self_;
  const auto ears = caf::actor_cast<container_listener_actor>(caf::actor_cast<caf::actor>(self));
  for (std::size_t i = 0; i < count; ++i) {
    auto spec = spec_of(folder_.path(), "task-" + std::to_string(i));
    self->send(containerizer_, launch_container{std::move(spec), ears});
  }
  std::string problem;
  for (std::size_t i = 0; i < count; ++i)
    self->receive([&](const container_started& x) { running_.push_back(x.id); },
                  [&](const container_exited& x) { problem = x.message; });
  if (!problem.empty())
    throw std::runtime_error("a container did not start: " + problem);
}

hosted_agent::~hosted_agent() {
  auto& self = *self_;
  if (server_)
    server_->stop();
  for (const auto& id : running_)
    self->send(containerizer_, destroy_container{id});
  for (std::size_t i = 0; i < running_.size(); ++i)
    self->receive([](const container_exited&) {});
  self->send_exit(containerizer_, caf::exit_reason::user_shutdown);
  self->send_exit(agent_, caf::exit_reason::user_shutdown);
  self->send_exit(numbers_, caf::exit_reason::user_shutdown);
  containerizer_ = nullptr;
  agent_ = nullptr;
  numbers_ = nullptr;
  server_.reset();
  self_.reset();
  system_.reset();
}

} // namespace troupe::bench
