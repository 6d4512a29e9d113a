/// What a simulated framework does with what it hears.
#include "sim_containers.hpp"
#include "sim_framework.hpp"

namespace troupe::simulation {

namespace v1 = mesos::v1;
using namespace std::chrono_literals;
using resource_list = google::protobuf::RepeatedPtrField<v1::Resource>;

namespace {

/// Cuts so much of a scalar out of `left`; nothing when no piece is big enough.
std::optional<v1::Resource> cut(resource_list& left, const std::string& name, double amount) {
  for (auto& item : left)
    if (item.name() == name && item.scalar().value() >= amount) {
      auto piece = item;
      piece.mutable_scalar()->set_value(amount);
      item.mutable_scalar()->set_value(item.scalar().value() - amount);
      return piece;
    }
  return std::nullopt;
}

std::optional<v1::Resource> cut_port(resource_list& left) {
  for (auto& item : left)
    if (item.name() == "ports" && item.ranges().range_size() > 0) {
      auto piece = item;
      auto& range = *item.mutable_ranges()->mutable_range(0);
      piece.mutable_ranges()->clear_range();
      auto& port = *piece.mutable_ranges()->add_range();
      port.set_begin(range.begin());
      port.set_end(range.begin());
      if (range.begin() == range.end())
        item.mutable_ranges()->mutable_range()->DeleteSubrange(0, 1);
      else
        range.set_begin(range.begin() + 1);
      return piece;
    }
  return std::nullopt;
}

} // namespace

void sim_framework::hear(const event& happened) {
  if (happened.has_subscribed()) {
    stage_.note(name(), "is subscribed as " + id_);
    reconcile(dice_.chance(0.5));
  } else if (happened.has_offers()) {
    for (const auto& offer : happened.offers().offers()) {
      offers_[offer.id().value()] = offer;
      const auto wait =
          dice_.chance(calm_ ? 0 : 0.1) ? dice_.between(2s, 40s) : dice_.between(5ms, 2s);
      stage_.plan(wait, [this, stream = stream_, offer] {
        if (stream == stream_)
          consider(offer);
      });
    }
  } else if (happened.has_inverse_offers()) {
    for (const auto& offer : happened.inverse_offers().inverse_offers())
      if (calm_ || dice_.chance(0.8))
        stage_.plan(dice_.between(5ms, calm_ ? 2s : 20s),
                    [this, stream = stream_, id = offer.id().value()] {
                      if (stream == stream_)
                        answer_inverse_offer(id);
                    });
  } else if (happened.has_rescind()) {
    offers_.erase(happened.rescind().offer_id().value());
  } else if (happened.has_update()) {
    hear_update(happened.update().status());
  }
}

void sim_framework::hear_update(const v1::TaskStatus& status) {
  stage_.note(
      name() + " hears",
      status.task_id().value() + " " + v1::TaskState_Name(status.state()) +
          (status.has_uuid() ? "" : " (" + v1::TaskStatus::Reason_Name(status.reason()) + ")"));
  if (const auto found = tasks_.find(status.task_id().value()); found != tasks_.end())
    found->second.state = status.state();
  if (!status.has_uuid())
    return;
  const auto mood = calm_ ? 0 : dice_.unit();
  if (mood > 0.95)
    return; // forgotten; it will be repeated
  const auto wait = mood > 0.85 ? dice_.between(1s, 60s) : dice_.between(1ms, 300ms);
  stage_.plan(wait, [this, stream = stream_, status] {
    if (stream == stream_)
      acknowledge(status);
  });
}

void sim_framework::acknowledge(const v1::TaskStatus& status) {
  auto what = make(call::ACKNOWLEDGE);
  *what.mutable_acknowledge()->mutable_agent_id() = status.agent_id();
  *what.mutable_acknowledge()->mutable_task_id() = status.task_id();
  what.mutable_acknowledge()->set_uuid(status.uuid());
  last_acknowledgement_ = what;
  say(std::move(what));
}

v1::Filters sim_framework::some_filter() {
  constexpr double spans[] = {0, 1, 5, 30, 120};
  v1::Filters filters;
  if (calm_)
    filters.set_refuse_seconds(3600);
  else if (dice_.chance(0.8))
    filters.set_refuse_seconds(dice_.pick(spans));
  return filters;
}

void sim_framework::consider(const offer& which) {
  const bool stale = offers_.erase(which.id().value()) == 0;
  if (stale && !dice_.chance(0.2))
    return;
  if (calm_ || launched_ >= nature_.most_tasks || !dice_.chance(nature_.appetite))
    decline(which);
  else
    accept(which);
}

/// It may have been withdrawn meanwhile.
void sim_framework::answer_inverse_offer(const std::string& id) {
  if (calm_ || dice_.chance(0.5)) {
    auto what = make(call::ACCEPT_INVERSE_OFFERS);
    what.mutable_accept_inverse_offers()->add_inverse_offer_ids()->set_value(id);
    *what.mutable_accept_inverse_offers()->mutable_filters() = some_filter();
    return say(std::move(what));
  }
  auto what = make(call::DECLINE_INVERSE_OFFERS);
  what.mutable_decline_inverse_offers()->add_inverse_offer_ids()->set_value(id);
  *what.mutable_decline_inverse_offers()->mutable_filters() = some_filter();
  say(std::move(what));
}

void sim_framework::decline(const offer& which) {
  auto what = make(call::DECLINE);
  *what.mutable_decline()->add_offer_ids() = which.id();
  *what.mutable_decline()->mutable_filters() = some_filter();
  say(std::move(what));
}

void sim_framework::accept(const offer& which) {
  auto what = make(call::ACCEPT);
  auto& accept = *what.mutable_accept();
  *accept.add_offer_ids() = which.id();
  *accept.mutable_filters() = some_filter();
  auto left = which.resources();
  // Offers of one agent and role may be used together.
  for (auto other = offers_.begin(); other != offers_.end() && dice_.chance(0.5);)
    if (other->second.agent_id().value() == which.agent_id().value()) {
      *accept.add_offer_ids() = other->second.id();
      left.MergeFrom(other->second.resources());
      other = offers_.erase(other);
    } else {
      ++other;
    }
  auto& launch = *accept.add_operations();
  launch.set_type(v1::Offer::Operation::LAUNCH);
  for (auto count = dice_.between(1, 3); count > 0 && launched_ < nature_.most_tasks; --count)
    if (auto info = make_task(left, which.agent_id().value()))
      *launch.mutable_launch()->add_task_infos() = std::move(*info);
  if (launch.launch().task_infos().empty())
    accept.clear_operations();
  say(std::move(what));
}

std::optional<v1::TaskInfo> sim_framework::make_task(resource_list& left,
                                                     const std::string& agent) {
  v1::TaskInfo info;
  const auto cpus = cut(left, "cpus", 0.1 * static_cast<double>(dice_.between(1, 10)));
  const auto memory = cut(left, "mem", static_cast<double>(dice_.between(32, 128)));
  if (!cpus || !memory)
    return std::nullopt;
  *info.add_resources() = *cpus;
  *info.add_resources() = *memory;
  if (dice_.chance(0.3))
    if (auto port = cut_port(left))
      *info.add_resources() = std::move(*port);
  if (dice_.chance(0.02)) // more than there is: TASK_ERROR
    info.mutable_resources(0)->mutable_scalar()->set_value(1000);
  behaviour does;
  does.run_time = std::chrono::milliseconds{dice_.chance(0.6) ? dice_.between(100, 20'000)
                                                              : dice_.between(1'000, 180'000)};
  does.wait_status = dice_.chance(0.8) ? 0 : dice_.chance(0.5) ? 256 : 9;
  does.obeys = dice_.chance(0.8);
  does.startable = dice_.chance(0.97);
  info.mutable_command()->set_value(to_command(does));
  if (dice_.chance(0.3))
    info.mutable_kill_policy()->mutable_grace_period()->set_nanoseconds(
        dice_.between(duration{0}, 10s).count());
  const auto id = "f" + std::to_string(number_) + "." + std::to_string(life_) + "-" +
                  std::to_string(launched_++);
  info.set_name(id);
  info.mutable_task_id()->set_value(id);
  info.mutable_agent_id()->set_value(agent);
  return info;
}

void sim_framework::kill(const std::string& which) {
  auto what = make(call::KILL);
  what.mutable_kill()->mutable_task_id()->set_value(which);
  if (dice_.chance(0.5))
    what.mutable_kill()->mutable_agent_id()->set_value(tasks_[which].agent);
  if (dice_.chance(0.2))
    what.mutable_kill()->mutable_kill_policy()->mutable_grace_period()->set_nanoseconds(
        dice_.between(duration{0}, 5s).count());
  say(std::move(what));
}

void sim_framework::reconcile(bool all) {
  auto what = make(call::RECONCILE);
  what.mutable_reconcile();
  if (!all) {
    for (const auto& [id, task] : tasks_)
      if (!task.over())
        what.mutable_reconcile()->add_tasks()->mutable_task_id()->set_value(id);
    if (what.reconcile().tasks().empty())
      return;
  }
  say(std::move(what));
}

void sim_framework::think() {
  if (stopped_)
    return;
  stage_.plan(dice_.between(1s, calm_ ? 20s : 4s), [this] { think(); });
  if (!established_)
    return;
  for (auto& [id, task] : tasks_) {
    if (task.over())
      continue;
    if (task.kill_wanted ? dice_.chance(0.2) : !calm_ && dice_.chance(0.01)) {
      task.kill_wanted = true;
      kill(id);
    }
  }
  if (calm_) {
    reconcile(false);
    return;
  }
  if (dice_.chance(suppressed_ ? 0.2 : 0.02)) {
    suppressed_ = !suppressed_;
    say(make(suppressed_ ? call::SUPPRESS : call::REVIVE));
  } else if (dice_.chance(0.02)) {
    say(make(call::REVIVE));
  }
  if (dice_.chance(0.04))
    reconcile(dice_.chance(0.3));
  if (last_acknowledgement_ && dice_.chance(0.03))
    say(*last_acknowledgement_);
}

void sim_framework::calm_down() {
  calm_ = true;
}

bool sim_framework::is_done() const {
  if (!established_)
    return tasks_.empty() && id_.empty();
  for (const auto& [id, task] : tasks_)
    if (!task.over())
      return false;
  return true;
}

} // namespace troupe::simulation
