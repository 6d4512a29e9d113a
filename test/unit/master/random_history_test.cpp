/// Random histories: agents and frameworks that come, go, break off and repeat themselves, and
/// resources that change their form. After every step the allocator's view of who holds what and who
/// is asked to leave, and the view of a reader of the delta stream, must be those of the master; what
/// an agent remembers of its reservations and volumes must be so whenever it is connected.
#include "history_ledger.hpp"
#include "history_reader.hpp"
#include "operations.hpp"

#include "model/resource_text.hpp"

#include <catch2/catch.hpp>

#include <deque>
#include <random>
#include <set>

using namespace troupe;
using namespace troupe::master;
using namespace troupe::master::test;
using mesos::v1::TaskState;
using ToAgent = troupe::link::ToAgent;

namespace {

/// An agent as it really is: what it runs, whatever the master thinks.
struct real_agent {
  agent_id id;
  std::string pid;
  link_id link = 0;
  std::map<std::string, mesos::v1::Task> tasks; ///< not yet acknowledged as terminal
  resources remembered;                         ///< reservations and volumes
  bool welcome = false;                         ///< registered over its link
  bool deaf = false; ///< its link is breaking: nothing arrives over it any more
};

class random_history {
 public:
  explicit random_history(unsigned seed)
      : random_(seed) {
    w_.start();
    settle();
  }

  void step() {
    int what = pick(51);
    if (what < 2 || agents_.empty())
      new_agent();
    else if (what < 4)
      break_link();
    else if (what < 8)
      return_agent();
    else if (what < 10 || frameworks_.empty())
      new_framework();
    else if (what < 11)
      w_.end_stream(any(frameworks_));
    else if (what < 14)
      resubscribe();
    else if (what < 25)
      offer();
    else if (what < 35)
      update();
    else if (what < 37)
      w_.pass(std::chrono::seconds{pick(pick(4) == 0 ? 700 : 60)});
    else if (what < 39)
      reconcile_or_kill();
    else if (what < 44)
      convert_for_operator();
    else if (what < 47)
      operate();
    else
      ask_to_leave();
    settle();
    std::erase_if(frameworks_, [&](const scheduler& f) {
      return !reader_.known.contains("framework " + f.id.value());
    });
  }

  /// Everything that readers and the allocator must agree on with the master.
  void check() {
    hear_allocator(true);
    reader fresh;
    for (const auto& change : w_.core.snapshot())
      std::visit(fresh, change);
    CHECK(fresh.known == reader_.known);
    for (const auto& [agent, by_framework] : ledger_.held)
      ledger_.free(agent);
    for (const auto& [agent, total] : ledger_.total)
      CHECK(shown_total(w_, agent) == total);
    CHECK(asked_by_master() == ledger_.asked);
    // All are on one machine.
    CHECK((ledger_.away.empty() || ledger_.away.size() == ledger_.total.size()));
    for (const auto& agent : agents_)
      if (agent.link != 0 && agent.welcome && ledger_.total.contains(agent.id))
        CHECK(agent.remembered == checkpointed_part(ledger_.total.at(agent.id)));
  }

  /// Ends everything: nothing may be held any more.
  void end() {
    for (const auto& f : frameworks_)
      w_.teardown(f.id);
    hear_allocator(true);
    settle();
    CHECK(answered_ == next_conversion_ - first_conversion); // each operator once
    for (const auto& [agent, by_framework] : ledger_.held)
      for (const auto& [framework, items] : by_framework) {
        INFO(framework << " still holds " << to_text(items) << " on " << agent);
        CHECK(items.empty());
      }
    CHECK(launched_ > 10); // the history was one
    CHECK(converted_ > 2);
    CHECK(inverse_offers_ > 0);
  }

 private:
  int pick(int n) { return std::uniform_int_distribution<int>{0, n - 1}(random_); }

  template <class T>
  T& any(std::vector<T>& items) {
    return items[pick(static_cast<int>(items.size()))];
  }

  /// Effects reach readers, the allocator and the agents.
  void settle() {
    auto done = std::exchange(w_.done, {});
    for (const auto& one : done) {
      if (const auto* change = std::get_if<effect::change_state>(&one))
        std::visit(reader_, change->change);
      if (const auto* tell = std::get_if<effect::tell_allocator>(&one))
        std::visit(ledger_, tell->message);
      if (const auto* asked = std::get_if<effect::ask_allocator>(&one))
        said_.emplace_back(asked->id, ledger_.convert(asked->question));
      if (const auto* said = std::get_if<effect::answer>(&one))
        answered_ += said->request >= first_conversion;
      if (const auto* sent = std::get_if<effect::send_agent>(&one))
        for (auto& agent : agents_)
          if (agent.link == sent->link)
            hear(agent, *sent->record);
      if (const auto* closed = std::get_if<effect::close_link>(&one))
        for (auto& agent : agents_)
          if (agent.link == closed->link)
            agent.link = 0;
    }
    for (auto& agent : agents_)
      if (std::exchange(agent.deaf, false) && agent.link != 0)
        w_.break_link({agent.id, std::exchange(agent.link, 0)});
    hear_allocator(false);
    if (!w_.done.empty())
      settle();
  }

  /// Answers of the allocator arrive, in order; some are slow.
  void hear_allocator(bool all) {
    while (!said_.empty() && (all || pick(4) != 0)) {
      auto [id, refused] = said_.front();
      said_.pop_front();
      w_.take(w_.core.conversion_answered(id, refused, w_.now));
      if (all)
        settle();
    }
  }

  void convert_for_operator() {
    auto& agent = any(agents_);
    auto name = "v" + std::to_string(pick(6));
    resources there;
    if (ledger_.total.contains(agent.id))
      there = ledger_.total.at(agent.id).reserved("ops");
    auto volumes = there.persistent_volumes();
    Operation operation;
    switch (pick(4)) {
    case 0:
      operation = reserve({reserved(scalar("disk", 1 + pick(30)), "ops")});
      break;
    case 1:
      operation = unreserve({reserved(scalar("disk", 1 + pick(10)), "ops")});
      break;
    case 2:
      operation = create({volume(name, 10, "ops")});
      break;
    default:
      operation = destroy({volumes.empty() ? volume(name, 10, "ops") : *volumes.begin()});
    }
    w_.take(w_.core.convert(next_conversion_++,
                            {agent.id, std::make_shared<const Operation>(operation), ""}, w_.now));
  }

  void hear(real_agent& agent, const link::ToAgent& record) {
    converted_ += record.has_checkpoint_resources();
    agent.deaf = agent.deaf || (record.has_checkpoint_resources() && pick(20) == 0);
    if (agent.deaf)
      return;
    if (record.has_checkpoint_resources())
      agent.remembered = *wire::from_proto(record.checkpoint_resources().resources());
    launched_ += record.has_run_task();
    if (record.has_run_task() && pick(10) != 0) { // some get lost with their link
      const auto& info = record.run_task().task();
      mesos::v1::Task task;
      task.set_name(info.name());
      *task.mutable_task_id() = info.task_id();
      *task.mutable_framework_id() = record.run_task().framework().id();
      *task.mutable_agent_id() = info.agent_id();
      task.set_state(TaskState::TASK_STAGING);
      *task.mutable_resources() = info.resources();
      agent.tasks[info.task_id().value()] = task;
    }
    if (record.has_acknowledge()) {
      auto task = agent.tasks.find(record.acknowledge().task_id().value());
      if (task != agent.tasks.end() && task->second.state() == TaskState::TASK_FINISHED)
        agent.tasks.erase(task);
    }
    agent.welcome = agent.welcome || record.has_registered();
    if (record.has_registered())
      for (const auto& asked : record.registered().reconcile())
        if (!agent.tasks.contains(asked.task_id().value()))
          w_.say(agent.link,
                 test::update({framework_id{asked.framework_id().value()}, 0, ""},
                              asked.task_id().value(), TaskState::TASK_LOST, uuid('l')));
    if (record.has_shutdown_framework())
      std::erase_if(agent.tasks, [&](const auto& entry) {
        return entry.second.framework_id().value() ==
               record.shutdown_framework().framework_id().value();
      });
  }

  void new_agent() {
    if (agents_.size() == 4)
      return;
    auto pid = "slave(1)@10.0.0.1:" + std::to_string(6000 + agents_.size());
    auto added = w_.add_agent("h", world::usual_resources, pid);
    agents_.push_back({added.id, pid, added.link, {}, {}, true});
  }

  void break_link() {
    auto& agent = any(agents_);
    w_.break_link({agent.id, agent.link});
    agent.link = 0;
  }

  void return_agent() {
    auto& agent = any(agents_);
    link::ToMaster record;
    auto* body = record.mutable_reregister();
    *body->mutable_registration() = registration("h", world::usual_resources, agent.pid);
    body->mutable_registration()->mutable_agent()->mutable_id()->set_value(agent.id.value());
    *body->mutable_registration()->mutable_checkpointed_resources() = message_of(agent.remembered);
    for (const auto& [id, task] : agent.tasks)
      *body->add_tasks() = task;
    for (const auto& f : frameworks_) {
      *body->add_frameworks() = info_of(f.id);
    }
    agent.link = w_.open_link();
    agent.welcome = false;
    w_.say(agent.link, record);
  }

  mesos::v1::FrameworkInfo info_of(const framework_id& id) const {
    auto info = framework_info();
    info.mutable_id()->set_value(id.value());
    info.set_checkpoint(id.value().back() % 2 == 0);
    info.set_failover_timeout(600);
    info.set_role("ops");
    return info;
  }

  void new_framework() {
    if (frameworks_.size() < 3)
      frameworks_.push_back(
          w_.subscribe(info_of(framework_id{"f-" + std::to_string(next_framework_++)})));
  }

  void resubscribe() {
    auto& f = any(frameworks_);
    f = w_.resubscribe(f, info_of(f.id));
  }

  void offer() {
    auto& f = any(frameworks_);
    auto& agent = any(agents_);
    resources all{scalar("cpus", 2), scalar("mem", 512), scalar("disk", 100)};
    if (!ledger_.total.contains(agent.id) || !ledger_.free(agent.id).contains(all))
      return;
    auto reserved = ledger_.free(agent.id).reserved("ops");
    all = (all + reserved).allocated_to_role("ops");
    ledger_.held[agent.id][f.id] += all;
    w_.take(w_.core.offers({{f.id, "ops", agent.id, all}}, w_.now));
    auto added = w_.changes<delta::offer_added>();
    if (added.empty())
      return;
    auto id = added.back().offer->id().value();
    settle();
    worker on{agent.id, agent.link};
    switch (pick(10)) {
    case 0:
      break; // stays outstanding
    case 1:
      w_.call(f, decline({id}));
      break;
    default:
      w_.call(f, test::accept({id}, some_operations(reserved, on)));
    }
  }

  std::set<inverse_allocation> asked_by_master() const {
    std::set<inverse_allocation> result;
    for (const auto& [name, pair] : reader_.known)
      if (name.starts_with("inverse offer ")) {
        auto at = pair.find(" on ");
        result.insert({framework_id{pair.substr(0, at)}, agent_id{pair.substr(at + 4)}});
      }
    return result;
  }

  /// The allocator asks, or has asked before it heard the latest; some answer.
  void ask_to_leave() {
    if (pick(5) == 0) {
      bring_up();
      plan(std::to_string(1 + pick(3)));
      settle();
    }
    auto& f = any(frameworks_);
    auto& agent = any(agents_);
    if (ledger_.asked.insert({f.id, agent.id}).second)
      w_.take(w_.core.inverse_offers({{f.id, agent.id}}, w_.now));
    auto added = w_.changes<delta::inverse_offer_added>();
    inverse_offers_ += static_cast<int>(added.size());
    if (added.empty() || pick(2) == 0)
      return;
    Call call;
    call.set_type(pick(2) == 0 ? Call::ACCEPT_INVERSE_OFFERS : Call::DECLINE_INVERSE_OFFERS);
    *(call.type() == Call::ACCEPT_INVERSE_OFFERS
          ? call.mutable_accept_inverse_offers()->add_inverse_offer_ids()
          : call.mutable_decline_inverse_offers()->add_inverse_offer_ids()) =
        added.back().offer->id();
    w_.call(f, call);
  }

  /// Sensible ones and senseless ones.
  std::vector<Operation> some_operations(const resources& reserved_here, const worker& on) {
    std::vector<Operation> result;
    auto name = "v" + std::to_string(pick(6));
    const auto fresh = volume(name, 10, "ops");
    auto volumes = reserved_here.persistent_volumes();
    for (int left = 1 + pick(4); left > 0; --left) {
      switch (pick(7)) {
      case 0:
        result.push_back(
            reserve({reserved(scalar(pick(2) == 0 ? "disk" : "cpus", 1 + pick(20)), "ops")}));
        break;
      case 1:
        result.push_back(unreserve({reserved(scalar("disk", 1 + pick(10)), "ops")}));
        break;
      case 2:
        result.push_back(reserve({reserved(scalar("disk", 10), "ops")}));
        result.push_back(create({fresh}));
        break;
      case 3:
        result.push_back(destroy({volumes.empty() ? fresh : *volumes.begin()}));
        break;
      case 4:
        result.push_back(
            launch({task_with_volume(volumes.empty() ? fresh : *volumes.begin(), on)}));
        break;
      default:
        result.push_back(
            launch({command_task("t" + std::to_string(next_task_++), on, "cpus:0.5;mem:32"),
                    command_task("t" + std::to_string(pick(20)), on, "cpus:0.5;mem:32")}));
      }
    }
    return result;
  }

  mesos::v1::TaskInfo task_with_volume(const resource& data, const worker& on) {
    auto task = command_task("t" + std::to_string(next_task_++), on, "cpus:0.1;mem:32");
    *task.add_resources() = message_of(data);
    return task;
  }

  void update() {
    auto& agent = any(agents_);
    if (agent.tasks.empty() || agent.link == 0)
      return;
    auto at = std::next(agent.tasks.begin(), pick(static_cast<int>(agent.tasks.size())));
    auto& task = at->second;
    if (task.state() != TaskState::TASK_FINISHED)
      task.set_state(pick(2) == 0 ? TaskState::TASK_RUNNING : TaskState::TASK_FINISHED);
    framework_id owner{task.framework_id().value()};
    auto id = at->first;
    auto mark = uuid(task.state() == TaskState::TASK_FINISHED ? 'f' : 'r');
    w_.say(agent.link, test::update({owner, 0, ""}, id, task.state(), mark));
    for (const auto& f : frameworks_)
      if (f.id == owner && pick(3) != 0)
        w_.call(f, acknowledge({agent.id, agent.link}, id, mark));
  }

  void reconcile_or_kill() {
    auto& f = any(frameworks_);
    w_.call(f, pick(2) == 0 ? reconcile({}) : kill("t" + std::to_string(pick(20))));
  }

  void plan(const std::string& start) {
    w_.operate(R"({"type":"UPDATE_MAINTENANCE_SCHEDULE","update_maintenance_schedule":{"schedule":)"
               R"({"windows":[{"machine_ids":[)" +
               machine + R"(],"unavailability":{"start":{"nanoseconds":)" + start + "}}}]}}}");
  }

  /// Refused unless the machine is down.
  void bring_up() {
    w_.operate(R"({"type":"STOP_MAINTENANCE","stop_maintenance":{"machines":[)" + machine + "]}}");
  }

  /// Quotas and weights come and go; what they withdraw must come back to the allocator once.
  void operate() {
    auto role = std::string(1, static_cast<char>('a' + pick(3)));
    auto amount = std::to_string(1 + pick(3));
    switch (pick(6)) {
    case 3:
      plan(amount);
      break;
    case 4:
      if (pick(40) == 0)
        w_.operate(R"({"type":"START_MAINTENANCE","start_maintenance":{"machines":[)" + machine +
                   "]}}");
      break;
    case 5:
      bring_up();
      break;
    case 0:
      w_.operate(
          R"({"type":"UPDATE_QUOTA","update_quota":{"force":true,"quota_configs":[{"role":")" +
          role + R"(","guarantees":{"cpus":{"value":)" + amount + "}}}]}}");
      break;
    case 1:
      w_.operate(R"({"type":"REMOVE_QUOTA","remove_quota":{"role":")" + role + R"("}})");
      break;
    default:
      w_.operate(
          R"({"type":"UPDATE_WEIGHTS","update_weights":{"weight_infos":[{"role":"*","weight":)" +
          amount + "}]}}");
    }
  }

  const std::string machine = R"({"hostname":"h","ip":"10.0.0.1"})";
  std::mt19937 random_;
  world w_;
  reader reader_;
  ledger ledger_;
  std::vector<real_agent> agents_;
  std::vector<scheduler> frameworks_;
  int next_framework_ = 0;
  int next_task_ = 100;
  int launched_ = 0;
  int converted_ = 0;
  int inverse_offers_ = 0;
  std::deque<std::pair<request_id, std::string>> said_;     ///< by the allocator, not yet heard
  static constexpr request_id first_conversion = 1'000'000; // above those of other calls
  request_id next_conversion_ = first_conversion;
  request_id answered_ = 0;
};

} // namespace

TEST_CASE("in random histories readers and allocator agree with the master") {
  auto seed = GENERATE(Catch::Generators::range(1u, 41u));
  INFO("seed " << seed);
  random_history h(seed);
  for (int i = 0; i < 300; ++i) {
    INFO("step " << i);
    h.step();
    if (i % 10 == 0)
      h.check();
  }
  h.check();
  h.end();
}
