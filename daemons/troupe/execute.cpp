#include "daemons/troupe/execute.hpp"

#include "daemons/troupe/sandbox_tail.hpp"
#include "model/resource_text.hpp"
#include "protocol/base.hpp"
#include "wire/resource_convert.hpp"
#include "wire/task_state.hpp"
#include "wire/uuid.hpp"

#include <caf/all.hpp>

#include <atomic>
#include <charconv>
#include <csignal>
#include <cstring>
#include <iostream>
#include <memory>
#include <pwd.h>
#include <unistd.h>
#include <utility>

TROUPE_MESSAGE(troupe::cli::http_result)

namespace troupe::cli {

namespace {

namespace v1 = mesos::v1;
using steady = std::chrono::steady_clock;

std::atomic<bool> interrupted{false};

/// How long people wait before they want to be told for what.
constexpr std::chrono::seconds patience{5};

void note(const std::string& line) {
  std::cerr << "troupe: " << line << std::endl;
}

std::string current_user() {
  const auto* entry = getpwuid(geteuid());
  return entry != nullptr ? entry->pw_name : "root";
}

/// The exit status that a terminal status stands for, from the executor's message.
int exit_status(const v1::TaskStatus& status) {
  if (status.state() == v1::TASK_FINISHED)
    return 0;
  static constexpr std::string_view exited = "Command exited with status ";
  static constexpr std::string_view killed = "Command terminated with signal ";
  const std::string& message = status.message();
  if (message.rfind(exited, 0) == 0) {
    int code = 1;
    std::from_chars(message.data() + exited.size(), message.data() + message.size(), code);
    return code;
  }
  if (message.rfind(killed, 0) == 0) {
    const auto text = message.substr(killed.size());
    for (int signal = 1; signal < 32; ++signal)
      if (text.rfind(strsignal(signal), 0) == 0)
        return 128 + signal;
  }
  return 1;
}

class one_task {
 public:
  explicit one_task(const execute_options& options)
      : options_(options)
      , client_(options.master)
      , task_id_(options.name + "." + short_id()) {}

  int run();

 private:
  v1::scheduler::Call subscription() const;
  static std::string short_id() { return wire::random_uuid_text().substr(0, 8); }

  bool on_event(const v1::scheduler::Event& event);
  void on_offers(const v1::scheduler::Event::Offers& offers);
  bool on_update(const v1::TaskStatus& status);
  void launch(const v1::Offer& offer);
  void decline(const v1::Offer& offer, double seconds);
  bool check_deadlines();
  void kill(const std::string& why, int code);
  v1::scheduler::Call call(v1::scheduler::Call::Type type) const;
  v1::TaskInfo task(const v1::Offer& offer) const;
  bool send(const v1::scheduler::Call& message);
  bool fits(const v1::Offer& offer) const;
  void tell_why_waiting(const std::string& what);

  const execute_options& options_;
  scheduler_client client_;
  std::string task_id_;
  troupe::resources wanted_;
  v1::FrameworkID framework_;
  v1::AgentID agent_;
  address agent_address_;
  std::unique_ptr<sandbox_tail> tail_;
  steady::time_point started_ = steady::now();
  std::optional<steady::time_point> running_since_;
  std::string waiting_for_; ///< as it was told last
  bool launched_ = false;
  bool killing_ = false;
  std::optional<int> forced_code_;
  int code_ = 2;
};

v1::scheduler::Call one_task::call(v1::scheduler::Call::Type type) const {
  v1::scheduler::Call message;
  message.set_type(type);
  *message.mutable_framework_id() = framework_;
  return message;
}

bool one_task::send(const v1::scheduler::Call& message) {
  auto result = client_.send(message);
  if (!result.ok())
    note(v1::scheduler::Call::Type_Name(message.type()) + " was refused (" +
         std::to_string(result.status) + "): " + result.body);
  return result.ok();
}

bool one_task::fits(const v1::Offer& offer) const {
  auto offered = wire::from_proto(offer.resources());
  return offered && offered->unallocated().contains(wanted_);
}

v1::TaskInfo one_task::task(const v1::Offer& offer) const {
  v1::TaskInfo task;
  task.set_name(options_.name);
  task.mutable_task_id()->set_value(task_id_);
  *task.mutable_agent_id() = offer.agent_id();
  for (auto& resource : wire::to_proto(wanted_, wire::resource_format::pre_refinement))
    *task.add_resources() = resource;
  auto* command = task.mutable_command();
  command->set_shell(options_.shell);
  command->set_value(options_.command);
  for (const auto& argument : options_.arguments)
    command->add_arguments(argument);
  for (const auto& uri : options_.uris)
    command->add_uris()->set_value(uri);
  for (const auto& [name, value] : options_.environment) {
    auto* variable = command->mutable_environment()->add_variables();
    variable->set_name(name);
    variable->set_value(value);
  }
  return task;
}

void one_task::launch(const v1::Offer& offer) {
  auto message = call(v1::scheduler::Call::ACCEPT);
  *message.mutable_accept()->add_offer_ids() = offer.id();
  auto* operation = message.mutable_accept()->add_operations();
  operation->set_type(v1::Offer::Operation::LAUNCH);
  *operation->mutable_launch()->add_task_infos() = task(offer);
  launched_ = send(message);
  if (!launched_)
    return;
  agent_ = offer.agent_id();
  agent_address_ = {offer.url().address().ip(), offer.url().address().port()};
  note("launched task " + task_id_ + " on " + offer.hostname());
  send(call(v1::scheduler::Call::SUPPRESS));
}

void one_task::decline(const v1::Offer& offer, double seconds) {
  auto message = call(v1::scheduler::Call::DECLINE);
  *message.mutable_decline()->add_offer_ids() = offer.id();
  message.mutable_decline()->mutable_filters()->set_refuse_seconds(seconds);
  send(message);
}

/// Waiting may last for ever; people want to know for what, once.
void one_task::tell_why_waiting(const std::string& what) {
  if (std::exchange(waiting_for_, what) != what)
    note(what);
}

void one_task::on_offers(const v1::scheduler::Event::Offers& offers) {
  for (const auto& offer : offers.offers()) {
    if (!launched_ && fits(offer)) {
      launch(offer);
      continue;
    }
    if (!launched_)
      tell_why_waiting("waiting: " + offer.hostname() + " offers less than " + to_text(wanted_));
    decline(offer, launched_ ? 3600 : 5);
  }
}

void one_task::kill(const std::string& why, int code) {
  if (!forced_code_)
    note(why);
  forced_code_ = code;
  if (!launched_ || killing_)
    return;
  killing_ = true;
  auto message = call(v1::scheduler::Call::KILL);
  message.mutable_kill()->mutable_task_id()->set_value(task_id_);
  send(message);
}

/// False when nothing is left to wait for.
bool one_task::check_deadlines() {
  if (interrupted)
    kill("interrupted", 130);
  else if (options_.timeout && steady::now() - started_ > *options_.timeout)
    kill("the run took longer than its --timeout", 124);
  else if (options_.kill_after && running_since_ &&
           steady::now() - *running_since_ > *options_.kill_after && !killing_)
    kill("killing the task, as --kill_after says", 137);
  if (!launched_ && waiting_for_.empty() && steady::now() - started_ > patience)
    tell_why_waiting("waiting: nothing was offered yet; are there agents with something free?");
  if (forced_code_ && !launched_) {
    code_ = *forced_code_;
    return false;
  }
  return true;
}

bool one_task::on_update(const v1::TaskStatus& status) {
  if (status.task_id().value() != task_id_)
    return true;
  note(v1::TaskState_Name(status.state()) + (status.message().empty() ? "" : ": ") +
       status.message());
  if (status.has_uuid()) {
    auto message = call(v1::scheduler::Call::ACKNOWLEDGE);
    auto* acknowledge = message.mutable_acknowledge();
    *acknowledge->mutable_agent_id() = status.agent_id();
    *acknowledge->mutable_task_id() = status.task_id();
    acknowledge->set_uuid(status.uuid());
    send(message);
  }
  if (!tail_ && (status.state() == v1::TASK_RUNNING || status.state() == v1::TASK_STARTING)) {
    running_since_ = steady::now();
    tail_ = std::make_unique<sandbox_tail>(agent_address_, "/frameworks/" + framework_.value() +
                                                               "/executors/" + task_id_ +
                                                               "/runs/latest");
  }
  if (!wire::is_terminal(status.state()))
    return true;
  tail_.reset();
  code_ = forced_code_.value_or(exit_status(status));
  return false;
}

bool one_task::on_event(const v1::scheduler::Event& event) {
  switch (event.type()) {
  case v1::scheduler::Event::SUBSCRIBED:
    framework_ = event.subscribed().framework_id();
    note("framework " + framework_.value());
    break;
  case v1::scheduler::Event::OFFERS:
    on_offers(event.offers());
    break;
  case v1::scheduler::Event::UPDATE:
    return on_update(event.update().status());
  case v1::scheduler::Event::FAILURE:
    if (event.failure().agent_id().value() == agent_.value() && launched_)
      note("the agent of the task is lost");
    break;
  case v1::scheduler::Event::ERROR:
    note("the master refused: " + event.error().message());
    return false;
  default:
    break;
  }
  return check_deadlines();
}

v1::scheduler::Call one_task::subscription() const {
  v1::scheduler::Call message;
  message.set_type(v1::scheduler::Call::SUBSCRIBE);
  auto* info = message.mutable_subscribe()->mutable_framework_info();
  info->set_name("troupe execute: " + options_.name);
  info->set_user(options_.user.empty() ? current_user() : options_.user);
  info->add_capabilities()->set_type(v1::FrameworkInfo::Capability::MULTI_ROLE);
  info->add_roles(options_.role);
  return message;
}

int one_task::run() {
  auto parsed = parse_resources(options_.resources);
  if (!parsed) {
    note("--resources: " + parsed.error());
    return 2;
  }
  wanted_ = *parsed;
  // The stream's thread only puts events into this actor's mailbox; all decisions are made here.
  caf::actor_system_config config;
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  auto mailbox = caf::actor_cast<caf::actor>(self.ptr());
  client_.subscribe(
      subscription(), [mailbox](auto event) { caf::anon_send(mailbox, event); },
      [mailbox](const auto& result) { caf::anon_send(mailbox, result); });
  bool waiting = true;
  self->receive_while(waiting)(
      [&](const scheduler_event_ptr& event) { waiting = on_event(*event); },
      [&](const http_result& result) {
        note((result.status != 0 ? "the master answered " + std::to_string(result.status) + ": "
                                 : "") +
             result.body);
        code_ = forced_code_.value_or(2);
        waiting = false;
      },
      caf::after(std::chrono::milliseconds(100)) >> [&] { waiting = check_deadlines(); });
  tail_.reset();
  if (!framework_.value().empty())
    client_.send(call(v1::scheduler::Call::TEARDOWN));
  return code_;
}

} // namespace

int execute(const execute_options& options) {
  std::signal(SIGINT, [](int) { interrupted = true; });
  std::signal(SIGTERM, [](int) { interrupted = true; });
  return one_task{options}.run();
}

} // namespace troupe::cli
