#include "runtime/metrics_actor.hpp"
#include "runtime/timer_series.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace std::chrono_literals;

namespace {
const steady_time start{1h};
}

TEST_CASE("counters add up over batches and gauges are replaced") {
  metrics_book book;
  metric_batch batch;
  batch.count("master/tasks_finished", 0);
  batch.count("a");
  batch.count("a", 2);
  batch.set("g", 1);
  batch.set("g", 7);
  book.apply(batch.take(), start);
  CHECK(batch.empty());
  batch.count("a", 10);
  batch.set("g", 5);
  book.apply(batch, start);
  CHECK(book.read(start) == gauge_values{{"a", 13}, {"g", 5}, {"master/tasks_finished", 0}});
}

TEST_CASE("forgetting takes exactly the names with the prefix, before the rest of its batch") {
  metrics_book book;
  metric_batch batch;
  for (auto name : {"f/1/calls", "f/1/events", "f/10/calls", "f/2/calls"})
    batch.count(name);
  batch.sample("f/1/run", 1ms);
  book.apply(batch.take(), start);
  batch.count("f/1/again");
  batch.forget("f/1/");
  book.apply(batch, start);
  CHECK(book.read(start) == gauge_values{{"f/1/again", 1}, {"f/10/calls", 1}, {"f/2/calls", 1}});
}

TEST_CASE("a timer is absent until it was measured, and without window shows its last value") {
  metrics_book book;
  CHECK(book.read(start).empty());
  metric_batch batch;
  batch.sample("registrar/state_fetch", 1500us);
  batch.sample("registrar/state_fetch", 2500us);
  book.apply(batch, start);
  CHECK(book.read(start) == gauge_values{{"registrar/state_fetch_ms", 2.5}});
}

TEST_CASE("a declared timer shows statistics from two samples on") {
  metrics_book book;
  metric_batch batch;
  batch.declare_timer("t", 1h);
  book.apply(batch.take(), start);
  CHECK(book.read(start).empty());
  batch.sample("t", 4ms);
  book.apply(batch.take(), start);
  CHECK(book.read(start) == gauge_values{{"t_ms", 4}});
  batch.sample("t", 2ms);
  book.apply(batch.take(), start);
  auto values = book.read(start);
  CHECK(values.size() == 10);
  CHECK(values["t_ms"] == 2);
  CHECK(values["t_ms/count"] == 2);
  CHECK(values["t_ms/min"] == 2);
  CHECK(values["t_ms/max"] == 4);
  CHECK(values["t_ms/p50"] == 3);
  CHECK(values["t_ms/p90"] == Approx(3.8));
  CHECK(values["t_ms/p9999"] == Approx(3.9998));
}

TEST_CASE("samples older than the window no longer count") {
  timer_series series;
  series.set_window(1h);
  series.add(100, start);
  series.add(1, start + 30min);
  series.add(3, start + 31min);
  gauge_values values;
  series.append_to(values, "t", start + 61min);
  CHECK(values["t_ms/count"] == 2);
  CHECK(values["t_ms/max"] == 3);
  gauge_values later;
  series.append_to(later, "t", start + 24h);
  CHECK(later == gauge_values{{"t_ms", 3}});
}

TEST_CASE("a busy timer keeps a bounded number of samples over its whole window") {
  timer_series series;
  series.set_window(24h);
  for (int i = 0; i < 100'000; ++i)
    series.add(i, start + i * 1ms);
  gauge_values values;
  series.append_to(values, "t", start + 100s);
  CHECK(values["t_ms/count"] <= timer_series::capacity);
  CHECK(values["t_ms/count"] >= timer_series::capacity / 2);
  CHECK(values["t_ms/max"] == 99'999);
  CHECK(values["t_ms/min"] < 50'000);
}

TEST_CASE("percentiles lie linearly between neighbours") {
  std::vector<double> sorted{1, 2, 3, 4, 5};
  CHECK(percentile(sorted, 0) == 1);
  CHECK(percentile(sorted, 0.5) == 3);
  CHECK(percentile(sorted, 0.9) == Approx(4.6));
  CHECK(percentile(sorted, 1) == 5);
  CHECK(percentile({7}, 0.99) == 7);
}
