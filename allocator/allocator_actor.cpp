#include "allocator/allocator_actor.hpp"

#include "allocator/allocator_core.hpp"
#include "allocator/cycle_schedule.hpp"
#include "allocator/drf_sorter.hpp"
#include "allocator/gauges.hpp"
#include "allocator/random_sorter.hpp"
#include "allocator/sorter_actor.hpp"
#include "runtime/logging.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <utility>

namespace troupe::allocator {

namespace {

using self_pointer = metered_allocator_actor::stateful_pointer<allocator_state>;

/// Any sorter of the built-in kinds.
std::shared_ptr<sorter_table> make_table(sorter_kind kind, role_tree::shape shape,
                                         const allocator_config& config) {
  if (kind == sorter_kind::drf)
    return std::make_shared<drf_sorter>(drf_options{shape, config.fair_sharing_excluded});
  // Roles and frameworks must not draw the same numbers.
  auto seed = config.policy.seed ^ (shape == role_tree::shape::flat ? 1 : 2);
  return std::make_shared<random_sorter>(shape, seed);
}

sorter_actor make_sorter(self_pointer self, const sorter_factory& factory, sorter_kind kind,
                         role_tree::shape shape, const allocator_config& config) {
  auto made = factory ? factory(self->system())
                      : spawn_sorter(self->system(), make_table(kind, shape, config));
  self->link_to(made);
  return made;
}

sorter_changes weights_of(const std::map<std::string, double>& weights) {
  sorter_changes result;
  for (const auto& [path, weight] : weights) {
    auto& change = result.changes.emplace_back();
    change.what = sorter_change::kind::set_weight;
    change.text = path;
    change.weight = weight;
  }
  return result;
}

} // namespace

/// Between the core and the messages: decides when to run, fetches the tables, sends the offers.
class allocator_shell {
 public:
  allocator_shell(self_pointer self, allocator_config config)
      : self_(self)
      , role_sorter_(make_sorter(self, config.make_role_sorter, config.role_sorter,
                                 role_tree::shape::hierarchical, config))
      , framework_sorter_(make_sorter(self, config.make_framework_sorter, config.framework_sorter,
                                      role_tree::shape::flat, config))
      , quota_role_sorter_(make_sorter(self, config.make_role_sorter, config.role_sorter,
                                       role_tree::shape::hierarchical, config))
      , schedule_(config.policy.allocation_interval, config.event_gap)
      , rules_{config.role_sorter == sorter_kind::drf && !config.make_role_sorter, config.weights,
               config.fair_sharing_excluded}
      , metrics_(config.metrics)
      , core_(std::move(config.policy)) {
    if (metrics_)
      declare_metrics();
    for (const auto& sorter : {role_sorter_, quota_role_sorter_})
      self->send(sorter, weights_of(config.weights));
  }

  void start(const start_allocator& message) {
    sink_ = message.sink;
    schedule_.start(now());
    request();
    advance();
  }

  template <class Event>
  void on(const Event& event) {
    auto reaction = core_.on(event, now());
    if (!reaction.complaint.empty())
      log_warning("allocator ignored a part of an event", {{"reason", reaction.complaint}});
    if (reaction.wants_cycle)
      request();
    advance();
  }

  void on(const set_weights& event) {
    for (const auto& [path, weight] : event.weights)
      rules_.weights[path] = weight;
    on<set_weights>(event);
  }

  gauge_values gauges() const {
    auto result = gauges_of(core_, rules_);
    auto waiting = static_cast<double>(self_->mailbox().size());
    result["allocator/event_queue_dispatches"] = waiting;
    result["allocator/mesos/event_queue_dispatches"] = waiting;
    return result;
  }

  conversion_outcome convert(const convert_available& event) {
    auto refused = core_.on(event, now()).complaint;
    advance();
    return {std::move(refused)};
  }

  /// A timer went off, or another reason to look at the clock.
  void tick() {
    if (armed_ && *armed_ <= now())
      armed_.reset();
    if (std::exchange(run_next_, false))
      return run();
    advance();
  }

 private:
  using work = cycle_schedule::work;

  caf::actor_clock::time_point now() const { return self_->clock().now(); }

  void declare_metrics() {
    metric_batch batch;
    batch.count("allocator/mesos/allocation_runs", 0);
    for (auto timer : {"allocator/mesos/allocation_run", "allocator/mesos/allocation_run_latency"})
      batch.declare_timer(timer, std::chrono::hours{1});
    self_->send(metrics_, batch.take());
    self_->send(metrics_, add_gauge_source{caf::actor_cast<gauge_source_actor>(self_)});
  }

  /// Something could be offered. The first request is what a cycle's latency counts from.
  void request() {
    schedule_.request();
    if (!requested_)
      requested_ = now();
  }

  void advance() {
    auto what = schedule_.take(now());
    if (what != work::none) {
      auto scope =
          what == work::batch ? allocator_core::scope::batch : allocator_core::scope::event;
      bool needed = core_.prepare(now(), scope);
      if (needed)
        return role_table_ ? run_soon() : borrow();
      // A quiet second ends the loan, and changes are passed on, so that they never pile up.
      if (what == work::batch) {
        return_tables();
        send_changes();
      }
      schedule_.finish(now());
    }
    arm();
  }

  void arm() {
    auto when = schedule_.wake_up();
    if (!when || (armed_ && *armed_ <= *when))
      return;
    armed_ = when;
    self_->delayed_send(self_, *when - now(), caf::tick_atom::value);
  }

  void pass_on(const sorter_actor& sorter, sorter_changes changes) {
    if (!changes.changes.empty())
      self_->send(sorter, std::move(changes));
  }

  void send_changes() {
    pass_on(role_sorter_, core_.take_role_changes());
    pass_on(quota_role_sorter_, core_.take_quota_role_changes());
    pass_on(framework_sorter_, core_.take_framework_changes());
  }

  /// All tables are asked for at once. A loan lasts until a batch has nothing to do: as long as cycles follow each other,
  /// they need not ask again. A sorter that fails to lend is beyond repair, and the allocator ends with it.
  void borrow() {
    send_changes();
    fetch(role_sorter_, role_table_);
    fetch(framework_sorter_, framework_table_);
    if (core_.has_quotas())
      fetch(quota_role_sorter_, quota_role_table_);
  }

  void fetch(const sorter_actor& from, std::shared_ptr<sorter_table>& into) {
    ++loans_awaited_;
    self_->request(from, caf::infinite, lend_atom::value)
        .then(
            [this, &into](share_table& lent) {
              into = std::move(lent.table);
              if (--loans_awaited_ == 0)
                run();
            },
            [this](const caf::error& why) {
              log_error("a sorter did not lend its table",
                        {{"reason", self_->system().render(why)}});
              self_->quit(why);
            });
  }

  /// What waits in the mailbox already comes before the cycle, which then offers all of it together.
  void run_soon() {
    run_next_ = true;
    self_->send(self_, caf::tick_atom::value);
  }

  void run() {
    if (core_.has_quotas() &&
        !quota_role_table_) // the first quota came while the others were on their way
      return fetch(quota_role_sorter_, quota_role_table_);
    // What happened while the tables were on their way.
    apply(core_.take_role_changes(), *role_table_);
    apply(core_.take_framework_changes(), *framework_table_);
    if (quota_role_table_)
      apply(core_.take_quota_role_changes(), *quota_role_table_);
    else
      pass_on(quota_role_sorter_, core_.take_quota_role_changes());
    auto begin = now();
    auto offers = core_.cycle({*role_table_, quota_role_table_.get(), *framework_table_});
    auto inverse_offers = core_.take_inverse_offers();
    if (!offers.empty() || !inverse_offers.empty())
      self_->send(sink_, offers_made{std::move(offers), std::move(inverse_offers)});
    publish_run(begin);
    schedule_.finish(now());
    advance();
  }

  void return_tables() {
    auto give_back = [this](const sorter_actor& to, std::shared_ptr<sorter_table>& table) {
      if (table)
        self_->send(to, share_table{std::exchange(table, nullptr)});
    };
    give_back(role_sorter_, role_table_);
    give_back(framework_sorter_, framework_table_);
    give_back(quota_role_sorter_, quota_role_table_);
  }

  void publish_run(caf::actor_clock::time_point begin) {
    auto requested = std::exchange(requested_, std::nullopt);
    if (!metrics_)
      return;
    metric_batch batch;
    batch.count("allocator/mesos/allocation_runs");
    batch.sample("allocator/mesos/allocation_run", now() - begin);
    batch.sample("allocator/mesos/allocation_run_latency", begin - requested.value_or(begin));
    self_->send(metrics_, batch.take());
  }

  self_pointer self_;
  offer_sink_actor sink_;
  sorter_actor role_sorter_;
  sorter_actor framework_sorter_;
  sorter_actor quota_role_sorter_;
  std::shared_ptr<sorter_table> role_table_;
  std::shared_ptr<sorter_table> framework_table_;
  std::shared_ptr<sorter_table> quota_role_table_;
  int loans_awaited_ = 0;
  bool run_next_ = false; ///< a cycle waits for its turn in the mailbox
  cycle_schedule schedule_;
  share_rules rules_;
  metrics_actor metrics_;
  std::optional<caf::actor_clock::time_point> requested_;
  allocator_core core_;
  std::optional<caf::actor_clock::time_point> armed_;
};

allocator_state::allocator_state() = default;
allocator_state::~allocator_state() = default;

metered_allocator_actor::behavior_type hierarchical_allocator(self_pointer self,
                                                              allocator_config config) {
  self->state.shell = std::make_unique<allocator_shell>(self, std::move(config));
  auto* shell = self->state.shell.get();
  return {
      [shell](const start_allocator& x) { shell->start(x); },
      [shell](const add_framework& x) { shell->on(x); },
      [shell](const update_framework& x) { shell->on(x); },
      [shell](const remove_framework& x) { shell->on(x); },
      [shell](const activate_framework& x) { shell->on(x); },
      [shell](const deactivate_framework& x) { shell->on(x); },
      [shell](const add_agent& x) { shell->on(x); },
      [shell](const update_agent& x) { shell->on(x); },
      [shell](const remove_agent& x) { shell->on(x); },
      [shell](const activate_agent& x) { shell->on(x); },
      [shell](const deactivate_agent& x) { shell->on(x); },
      [shell](const recover_together& x) { shell->on(x); },
      [shell](const convert_allocation& x) { shell->on(x); },
      [shell](const suppress_offers& x) { shell->on(x); },
      [shell](const revive_offers& x) { shell->on(x); },
      [shell](const await_agents& x) { shell->on(x); },
      [shell](const set_quota& x) { shell->on(x); },
      [shell](const set_weights& x) { shell->on(x); },
      [shell](const set_whitelist& x) { shell->on(x); },
      [shell](const plan_absence& x) { shell->on(x); },
      [shell](const end_inverse_offer& x) { shell->on(x); },
      [shell](const convert_available& x) { return shell->convert(x); },
      [shell](caf::tick_atom) { shell->tick(); },
      [shell](const get_gauges&) { return shell->gauges(); },
  };
}

} // namespace troupe::allocator
