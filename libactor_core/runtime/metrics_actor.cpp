#include "runtime/metrics_actor.hpp"

#include "runtime/machine.hpp"

#include <caf/all.hpp>

namespace troupe {

namespace {

constexpr std::chrono::seconds default_timeout{10};

/// One snapshot under way: answered when the last source has answered or failed.
struct gathering {
  caf::typed_response_promise<metrics_snapshot> promise;
  metrics_snapshot result;
  std::size_t missing = 0;

  void arrived(const gauge_values& gauges) {
    for (const auto& [name, value] : gauges)
      result.values.insert_or_assign(name, value);
    done();
  }

  void done() {
    if (--missing == 0)
      promise.deliver(std::move(result));
  }
};

void append_system(gauge_values& out) {
  auto load = load_average();
  out["system/load_1min"] = load.one;
  out["system/load_5min"] = load.five;
  out["system/load_15min"] = load.fifteen;
  out["system/cpus_total"] = cpu_count();
  auto memory = machine_memory();
  out["system/mem_total_bytes"] = static_cast<double>(memory.total);
  out["system/mem_free_bytes"] = static_cast<double>(memory.free);
}

void drop_source(metrics_state& state, const caf::actor_addr& gone) {
  std::erase_if(state.sources,
                [&](const caf::weak_actor_ptr& source) { return source.get() == gone.get(); });
}

caf::result<metrics_snapshot> gather(metrics_actor::stateful_pointer<metrics_state> self,
                                     const metrics_config& config, const get_metrics& request,
                                     steady_time now) {
  auto work = std::make_shared<gathering>();
  work->result.values = self->state.book.read(now);
  work->result.counters = self->state.book.counters();
  if (!config.uptime_key.empty())
    work->result.values[config.uptime_key] = to_seconds(now - self->state.started);
  if (config.with_system)
    append_system(work->result.values);
  std::vector<gauge_source_actor> sources;
  for (const auto& source : self->state.sources)
    if (auto strong = caf::actor_cast<gauge_source_actor>(source))
      sources.push_back(std::move(strong));
  if (sources.empty())
    return std::move(work->result);
  work->promise = self->make_response_promise<metrics_snapshot>();
  work->missing = sources.size();
  auto timeout = request.timeout.count() > 0 ? request.timeout : default_timeout;
  for (const auto& source : sources)
    self->request(source, timeout, get_gauges{})
        .then([work](const gauge_values& gauges) { work->arrived(gauges); },
              [work](const caf::error&) { work->done(); });
  return work->promise;
}

} // namespace

void metrics_book::forget(const std::string& prefix) {
  auto drop = [&](auto& names, auto name_of) {
    auto first = names.lower_bound(prefix);
    auto last = first;
    while (last != names.end() && name_of(*last).starts_with(prefix))
      ++last;
    names.erase(first, last);
  };
  auto key = [](const auto& each) -> const std::string& { return each.first; };
  drop(values_, key);
  drop(timers_, key);
  drop(counters_, [](const std::string& each) -> const std::string& { return each; });
}

void metrics_book::apply(const metric_batch& batch, steady_time now) {
  for (const auto& prefix : batch.forgotten())
    forget(prefix);
  for (const auto& [name, by] : batch.counters()) {
    values_[name] += by;
    counters_.insert(name);
  }
  for (const auto& [name, value] : batch.gauges())
    values_[name] = value;
  for (const auto& [name, window] : batch.timers())
    timers_[name].set_window(window);
  for (const auto& [name, samples] : batch.samples())
    for (auto value : samples)
      timers_[name].add(value, now);
}

gauge_values metrics_book::read(steady_time now) {
  auto result = values_;
  for (auto& [name, series] : timers_)
    series.append_to(result, name, now);
  return result;
}

metrics_actor::behavior_type metrics(metrics_actor::stateful_pointer<metrics_state> self,
                                     metrics_config config, const clock& time) {
  self->state.started = time.steady();
  self->set_down_handler([=](const caf::down_msg& down) { drop_source(self->state, down.source); });
  return {
      [=, &time](const metric_batch& batch) { self->state.book.apply(batch, time.steady()); },
      [=](const add_gauge_source& added) {
        self->monitor(added.source);
        self->state.sources.push_back(caf::actor_cast<caf::weak_actor_ptr>(added.source));
      },
      [=, &time](const get_metrics& request) {
        return gather(self, config, request, time.steady());
      },
  };
}

} // namespace troupe
