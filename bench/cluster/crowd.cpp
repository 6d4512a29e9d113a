#include "crowd.hpp"

#include "model/contract.hpp"
#include "model/resource_text.hpp"
#include "wire/arena_message.hpp"
#include "wire/resource_convert.hpp"

#include <caf/all.hpp>

#include <cstring>
#include <utility>

namespace troupe::bench {

namespace {

using pointer = simulated_framework::stateful_pointer<framework_memory>;
using clock = std::chrono::steady_clock;
namespace v1 = mesos::v1;
using v1::scheduler::Call;

/// What is refused is too little for a task, or nothing is wanted: both stays so. What a task leaves is more than that,
/// and offered all the same.
constexpr double refusal_seconds = 3600;

/// One framework with what it needs at hand.
class player {
 public:
  player(pointer self, framework_plan plan)
      : self_(self)
      , plan_(std::move(plan))
      , task_(*parse_resources(plan_.task)) {
    for (auto& item : wire::to_proto(task_, wire::resource_format::pre_refinement))
      *template_.add_resources() = std::move(item);
    template_.set_name("task");
    template_.mutable_command()->set_value("sleep 1000");
  }

  void subscribe() {
    auto call = std::make_shared<Call>();
    call->set_type(Call::SUBSCRIBE);
    *call->mutable_subscribe()->mutable_framework_info() = info();
    self_->send(plan_.master, subscribe_framework{std::move(call), self_, stream(), ""});
  }

  v1::FrameworkInfo info() const {
    v1::FrameworkInfo info;
    info.set_user("root");
    info.set_name("framework " + std::to_string(plan_.number));
    info.add_roles(plan_.role);
    for (auto kind : {v1::FrameworkInfo::Capability::MULTI_ROLE,
                      v1::FrameworkInfo::Capability::PARTITION_AWARE})
      info.add_capabilities()->set_type(kind);
    if (!self_->state.id.empty())
      info.mutable_id()->set_value(self_->state.id);
    return info;
  }

  void on(const v1::scheduler::Event& event) {
    switch (event.type()) {
    case v1::scheduler::Event::SUBSCRIBED:
      self_->state.id = event.subscribed().framework_id().value();
      self_->send(plan_.watcher, one_is_done{});
      break;
    case v1::scheduler::Event::OFFERS:
      answer(event.offers());
      break;
    case v1::scheduler::Event::UPDATE:
      on(event.update().status());
      break;
    case v1::scheduler::Event::ERROR:
      give_up(event.error().message());
      break;
    default:
      break;
    }
  }

  void on(const api_answer& answer) {
    if (answer.status != 200 && answer.status != 202)
      give_up(std::to_string(answer.status) + " " + answer.text);
  }

  void want(std::size_t tasks) {
    auto& me = self_->state;
    me.wanted = tasks;
    auto revive = call(Call::REVIVE);
    tell(std::move(revive));
  }

 private:
  std::string stream() const { return "stream-" + std::to_string(plan_.number); }

  std::shared_ptr<Call> call(Call::Type type) const {
    auto call = wire::make_arena_message<Call>(); // as the HTTP edge does
    call->set_type(type);
    call->mutable_framework_id()->set_value(self_->state.id);
    return call;
  }

  /// The answer comes as a message of its own: CAF searches through all questions that are open at each answer, and
  /// thousands are.
  void tell(std::shared_ptr<Call> call) {
    self_->send(plan_.master, scheduler_request{std::move(call), stream(), ""});
  }

  void give_up(const std::string& why) {
    contract_violated("framework " + std::to_string(plan_.number) + ": " + why);
  }

  bool is_served() const {
    const auto& me = self_->state;
    return me.running + me.launched >= me.wanted;
  }

  /// Launches what it wants on what fits, and declines the rest together.
  void answer(const v1::scheduler::Event::Offers& event) {
    std::shared_ptr<Call> refusal;
    for (const auto& offer : event.offers()) {
      self_->state.history.offered.push_back({offer.agent_id().value(), clock::now()});
      if (!is_served() && launch(offer))
        continue;
      if (!refusal)
        refusal = call(Call::DECLINE);
      *refusal->mutable_decline()->add_offer_ids() = offer.id();
    }
    if (!refusal)
      return;
    refusal->mutable_decline()->mutable_filters()->set_refuse_seconds(refusal_seconds);
    tell(std::move(refusal));
  }

  /// False when not even one task fits.
  bool launch(const v1::Offer& offer) {
    auto left = wire::from_proto(offer.resources())->unallocated();
    if (!left.contains(task_))
      return false;
    auto& me = self_->state;
    auto reply = call(Call::ACCEPT);
    auto& accept = *reply->mutable_accept();
    *accept.add_offer_ids() = offer.id();
    auto& operation = *accept.add_operations();
    operation.set_type(v1::Offer::Operation::LAUNCH);
    while (!is_served() && left.subtract_if_contained(task_)) {
      auto& task = *operation.mutable_launch()->add_task_infos();
      task = template_;
      task.mutable_task_id()->set_value("t" + std::to_string(me.next_task++));
      *task.mutable_agent_id() = offer.agent_id();
      ++me.launched;
    }
    accept.mutable_filters()->set_refuse_seconds(refusal_seconds);
    tell(std::move(reply));
    return true;
  }

  void on(const v1::TaskStatus& status) {
    auto& me = self_->state;
    auto reply = call(Call::ACKNOWLEDGE);
    auto& acknowledge = *reply->mutable_acknowledge();
    *acknowledge.mutable_agent_id() = status.agent_id();
    *acknowledge.mutable_task_id() = status.task_id();
    acknowledge.set_uuid(status.uuid());
    if (status.state() == v1::TASK_RUNNING) {
      --me.launched;
      ++me.running;
      if (me.running == me.wanted)
        last_ = true;
    } else {
      if (status.state() != v1::TASK_FINISHED)
        give_up("a task is " + v1::TaskState_Name(status.state()) + ": " + status.message());
      --me.running;
      clock::rep ended = 0;
      std::memcpy(&ended, status.data().data(), sizeof ended);
      me.history.ended.push_back(
          {status.agent_id().value(), clock::time_point{clock::duration{ended}}});
    }
    tell(std::move(reply));
    if (std::exchange(last_, false))
      self_->send(plan_.watcher, one_is_done{});
  }

  pointer self_;
  framework_plan plan_;
  resources task_;
  v1::TaskInfo template_;
  bool last_ = false;
};

} // namespace

simulated_framework::behavior_type framework(pointer self, framework_plan plan) {
  auto me = std::make_shared<player>(self, std::move(plan));
  me->subscribe();
  return {
      [me](const endpoint_event& x) { me->on(*x.event); },
      [self](const endpoint_close& x) {
        self->quit(caf::make_error(caf::sec::runtime_error, x.reason));
      },
      [me](const api_answer& x) { me->on(x); },
      [me](const run_tasks& x) { me->want(x.wanted); },
      [self](const get_history&) { return self->state.history; },
      [me](const get_framework_info&) -> framework_info_ptr {
        return std::make_shared<const v1::FrameworkInfo>(me->info());
      },
      [self](caf::get_atom) { return self->state.history.offered.size(); },
  };
}

} // namespace troupe::bench
