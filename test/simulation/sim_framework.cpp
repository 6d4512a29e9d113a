#include "sim_framework.hpp"

#include "wire/task_state.hpp"

#include <caf/send.hpp>

namespace troupe::simulation {

namespace v1 = mesos::v1;
using namespace std::chrono_literals;

sim_framework::sim_framework(stage& where, checkers& judges, sim_master& master, dice chance,
                             framework_number number, framework_nature nature)
    : stage_(where)
    , checkers_(judges)
    , master_(master)
    , dice_(chance)
    , number_(number)
    , nature_(std::move(nature)) {}

bool sim_framework::task::over() const {
  return wire::is_terminal(state) || state == v1::TASK_UNKNOWN;
}

framework_face sim_framework::face() const {
  return {number_, id_, nature_.partition_aware, nature_.checkpoint};
}

v1::FrameworkInfo sim_framework::info() const {
  using capability = v1::FrameworkInfo::Capability;
  v1::FrameworkInfo info;
  info.set_user("sim");
  info.set_name(name());
  info.set_checkpoint(nature_.checkpoint);
  info.set_failover_timeout(nature_.failover_timeout);
  if (!id_.empty())
    info.mutable_id()->set_value(id_);
  if (nature_.multi_role) {
    info.add_roles(nature_.role);
    info.add_capabilities()->set_type(capability::MULTI_ROLE);
  } else {
    info.set_role(nature_.role);
  }
  if (nature_.partition_aware)
    info.add_capabilities()->set_type(capability::PARTITION_AWARE);
  if (nature_.killing_state)
    info.add_capabilities()->set_type(capability::TASK_KILLING_STATE);
  return info;
}

void sim_framework::start() {
  subscribe_later(dice_.between(duration{0}, 2s));
  think();
}

void sim_framework::subscribe_later(duration pause) {
  stage_.plan(pause, [this, plan = ++plans_] {
    if (plan == plans_ && !established_ && !stopped_)
      subscribe();
  });
}

void sim_framework::subscribe() {
  const auto number = ++stream_;
  established_ = false;
  stream_id_ = "stream-" + std::to_string(number_) + "-" + std::to_string(number);
  last_event_ = {};
  if (!master_.runs()) {
    subscribe_later(dice_.between(500ms, 5s));
    return;
  }
  port_hooks hooks{
      [this, number](const scheduler_event_ptr& x) { at_the_door(number, x); },
      [this, number](const std::string&) { stream_closed(number); },
      [this, number](const api_answer& answer) { subscribe_answered(number, answer); },
      [this, number](const scheduler_call_ptr& which, const api_answer& answer) {
        if (number == stream_ && established_ && answer.status != 202)
          stage_.fail(name() + ": " + call::Type_Name(which->type()) + " was answered " +
                      std::to_string(answer.status) + " " + answer.text);
      },
  };
  port_ = stage_.actors().spawn(scheduler_port, hooks);
  auto request = make(call::SUBSCRIBE);
  *request.mutable_subscribe()->mutable_framework_info() = info();
  if (suppressed_)
    request.mutable_subscribe()->add_suppressed_roles(nature_.role);
  caf::anon_send(port_,
                 port_subscribe{master_.process(),
                                {std::make_shared<call>(std::move(request)), {}, stream_id_, ""}});
}

void sim_framework::subscribe_answered(unsigned stream, const api_answer& answer) {
  if (stream != stream_ || answer.status == 200)
    return;
  if (answer.status != 503)
    stage_.fail(name() + ": SUBSCRIBE was answered " + std::to_string(answer.status) + " " +
                answer.text);
  drop_stream();
  subscribe_later(dice_.between(500ms, 5s));
}

/// Ends the present stream at once; the master learns of it in this moment.
void sim_framework::drop_stream() {
  ++stream_;
  established_ = false;
  offers_.clear();
  if (const auto port = std::exchange(port_, nullptr))
    caf::anon_send_exit(port, caf::exit_reason::user_shutdown);
  checkers_.stream_ended(number_);
}

void sim_framework::disconnect(duration pause) {
  stage_.note(name(), "breaks off for " + seconds(pause));
  drop_stream();
  subscribe_later(pause);
}

void sim_framework::crash(duration pause) {
  disconnect(pause);
  last_acknowledgement_.reset();
  suppressed_ = false;
}

void sim_framework::take_over() {
  if (!established_ || !master_.runs())
    return;
  stage_.note(name(), "is taken over by a second process");
  offers_.clear();
  subscribe();
}

void sim_framework::tear_down() {
  if (!established_)
    return;
  stage_.note(name(), "tears itself down");
  say(make(call::TEARDOWN));
}

void sim_framework::master_gone() {
  drop_stream();
  subscribe_later(dice_.between(100ms, 10s));
}

void sim_framework::begin_anew() {
  checkers_.removed(face());
  stage_.note(name(), "begins anew");
  tasks_.clear();
  last_acknowledgement_.reset();
  suppressed_ = false;
  id_.clear();
  ++life_;
}

void sim_framework::stream_closed(unsigned stream) {
  if (stream != stream_)
    return;
  stage_.note(name(), "is closed by the master");
  drop_stream();
  if (!calm_ || !id_.empty())
    subscribe_later(dice_.between(100ms, 5s));
}

/// The checkers see all in the order in which the master said it; the framework hears it later.
void sim_framework::at_the_door(unsigned stream, const scheduler_event_ptr& happened) {
  if (stream != stream_)
    return;
  if (happened->has_subscribed()) {
    id_ = happened->subscribed().framework_id().value();
    established_ = true;
    checkers_.stream_ended(number_);
    checkers_.suppressed(number_, suppressed_);
  } else if (happened->has_error()) {
    stage_.note(name(), "hears an error: " + happened->error().message());
    if (happened->error().message() == "Framework has been removed")
      begin_anew();
    else
      stage_.fail(name() + " hears the error " + happened->error().message());
    return;
  }
  checkers_.heard(face(), *happened);
  last_event_ = std::max(last_event_, stage_.now() + dice_.between(1ms, 200ms));
  stage_.plan(last_event_ - stage_.now(), [this, stream, happened] {
    if (stream == stream_)
      hear(*happened);
  });
}

sim_framework::call sim_framework::make(call::Type type) const {
  call result;
  result.set_type(type);
  if (!id_.empty())
    result.mutable_framework_id()->set_value(id_);
  return result;
}

void sim_framework::say(call what) {
  stage_.plan(dice_.between(1ms, 50ms), [this, stream = stream_, what = std::move(what)] {
    if (stream != stream_ || !established_ || !master_.runs())
      return;
    stage_.note(name() + " says", call::Type_Name(what.type()));
    checkers_.said(face(), what);
    for (const auto& operation : what.accept().operations())
      for (const auto& info : operation.launch().task_infos())
        tasks_[info.task_id().value()].agent = info.agent_id().value();
    caf::anon_send(port_,
                   port_call{master_.process(), {std::make_shared<call>(what), stream_id_, ""}});
    if (what.type() == call::TEARDOWN)
      begin_anew();
  });
}

void sim_framework::stop() {
  stopped_ = true;
  drop_stream();
}

} // namespace troupe::simulation
