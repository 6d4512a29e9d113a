#include "runtime/deterministic_system.hpp"
#include "runtime/metrics_actor.hpp"
#include "runtime/supervisor_actor.hpp"
#include "runtime/verbosity_actor.hpp"

#include <caf/all.hpp>
#include <catch2/catch.hpp>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

gauge_source_actor::behavior_type source(gauge_source_actor::pointer, std::string key,
                                         double value) {
  return {[=](const get_gauges&) { return gauge_values{{key, value}}; }};
}

gauge_source_actor::behavior_type silent_source(
    gauge_source_actor::stateful_pointer<caf::typed_response_promise<gauge_values>> self) {
  return {[=](const get_gauges&) {
    self->state = self->make_response_promise<gauge_values>();
    return self->state;
  }};
}

/// Records its name when it ends.
caf::behavior component(caf::event_based_actor* self, std::string name,
                        std::shared_ptr<std::vector<std::string>> ended) {
  self->attach_functor([=] { ended->push_back(name); });
  return {[=](caf::put_atom) -> void { self->quit(caf::exit_reason::unhandled_exception); }};
}

/// Ignores that it is asked to end.
caf::behavior stubborn(caf::event_based_actor* self) {
  self->set_exit_handler([](caf::exit_msg&) {});
  return {[](caf::put_atom) {}};
}

struct fixture : deterministic_system {
  caf::scoped_actor self{actors(), true};

  /// Asks `who`; the answer is there at once or after `wait`.
  template <class Answer, class Actor, class Question>
  Answer ask(const Actor& who, const Question& question, std::chrono::nanoseconds wait = 0ns) {
    auto request = self->request(who, caf::infinite, question);
    wait > 0ns ? advance(wait) : static_cast<void>(run());
    Answer result;
    request.receive([&](const Answer& answer) { result = answer; },
                    [&](const caf::error& error) { FAIL(actors().render(error)); });
    return result;
  }

  template <class Actor>
  void stop(const Actor& who) {
    caf::anon_send_exit(who, caf::exit_reason::user_shutdown);
    run();
  }
};

} // namespace

TEST_CASE("a snapshot has what was published, what sources say now, and the uptime") {
  fixture f;
  auto numbers = f.actors().spawn(metrics, metrics_config{"master/uptime_secs", false},
                                  std::cref<troupe::clock>(f.time()));
  metric_batch batch;
  batch.count("a", 2);
  auto gauges = f.actors().spawn(source, "b", 3.0);
  caf::anon_send(numbers, batch.take());
  caf::anon_send(numbers, add_gauge_source{gauges});
  f.run();
  f.advance(5s);
  CHECK(f.ask<metrics_snapshot>(numbers, get_metrics{}).values ==
        gauge_values{{"a", 2}, {"b", 3}, {"master/uptime_secs", 5}});
  f.stop(gauges);
  CHECK(f.ask<metrics_snapshot>(numbers, get_metrics{}).values ==
        gauge_values{{"a", 2}, {"master/uptime_secs", 5}});
  f.stop(numbers);
}

TEST_CASE("a source that is too slow is left out after the time-out") {
  fixture f;
  auto numbers =
      f.actors().spawn(metrics, metrics_config{"", false}, std::cref<troupe::clock>(f.time()));
  auto quick = f.actors().spawn(source, "quick", 1.0);
  auto slow = f.actors().spawn(silent_source);
  caf::anon_send(numbers, add_gauge_source{slow});
  caf::anon_send(numbers, add_gauge_source{quick});
  f.run();
  CHECK(f.ask<metrics_snapshot>(numbers, get_metrics{200ms}, 200ms).values ==
        gauge_values{{"quick", 1}});
  f.stop(slow);
  f.stop(quick);
  f.stop(numbers);
}

TEST_CASE("the machine's own metrics are there on demand") {
  fixture f;
  auto numbers =
      f.actors().spawn(metrics, metrics_config{"", true}, std::cref<troupe::clock>(f.time()));
  auto values = f.ask<metrics_snapshot>(numbers, get_metrics{}).values;
  for (auto key : {"system/load_1min", "system/load_5min", "system/load_15min", "system/cpus_total",
                   "system/mem_total_bytes", "system/mem_free_bytes"})
    CHECK(values.contains(key));
  CHECK(values.size() == 6);
  f.stop(numbers);
}

TEST_CASE("metrics keep no source alive") {
  fixture f;
  auto numbers =
      f.actors().spawn(metrics, metrics_config{"", false}, std::cref<troupe::clock>(f.time()));
  auto gauges = f.actors().spawn(source, "b", 3.0);
  caf::anon_send(numbers, add_gauge_source{gauges});
  gauges = nullptr;
  f.run();
  CHECK(f.ask<metrics_snapshot>(numbers, get_metrics{}).values.empty());
  f.stop(numbers);
}

TEST_CASE("the death of a component without restart policy ends the process") {
  fixture f;
  auto dead = std::make_shared<std::vector<std::string>>();
  auto ended = std::make_shared<std::vector<std::string>>();
  auto keeper = f.actors().spawn(supervisor, std::cref<troupe::clock>(f.time()),
                                 [=](const std::string& name) { dead->push_back(name); });
  auto part = supervise(keeper, "part", f.actors().spawn(component, "part", ended));
  f.run();
  CHECK(dead->empty());
  caf::anon_send(part, caf::put_atom::value);
  f.run();
  CHECK(*dead == std::vector<std::string>{"part"});
  f.stop(keeper);
}

TEST_CASE("a component with restart policy comes back until it dies too often") {
  fixture f;
  auto dead = std::make_shared<std::vector<std::string>>();
  auto ended = std::make_shared<std::vector<std::string>>();
  auto current = std::make_shared<caf::actor>();
  auto keeper = f.actors().spawn(supervisor, std::cref<troupe::clock>(f.time()),
                                 [=](const std::string& name) { dead->push_back(name); });
  auto start = [&f, ended, current] {
    return *current = f.actors().spawn(component, "part", ended);
  };
  supervise(keeper, "part", start(), restart_policy{2, 1min, start});
  f.run();
  auto crash = [&] {
    caf::anon_send(*current, caf::put_atom::value);
    f.run();
  };
  crash();
  crash();
  CHECK(dead->empty());
  f.advance(2min);
  crash();
  crash();
  CHECK(dead->empty());
  crash();
  CHECK(dead->size() == 1);
  *current = nullptr;
  f.stop(keeper);
}

TEST_CASE("components are stopped one after the other, the last started first") {
  fixture f;
  auto ended = std::make_shared<std::vector<std::string>>();
  bool died = false;
  auto keeper = f.actors().spawn(supervisor, std::cref<troupe::clock>(f.time()),
                                 [&](const std::string&) { died = true; });
  for (auto name : {"first", "second", "third"})
    supervise(keeper, name, f.actors().spawn(component, name, ended));
  f.run();
  CHECK(f.ask<components_stopped>(keeper, stop_components{}).killed.empty());
  CHECK(*ended == std::vector<std::string>{"third", "second", "first"});
  CHECK_FALSE(died);
}

TEST_CASE("a component that does not stop is killed, and the rest with it") {
  fixture f;
  auto ended = std::make_shared<std::vector<std::string>>();
  auto keeper =
      f.actors().spawn(supervisor, std::cref<troupe::clock>(f.time()), [](const std::string&) {});
  supervise(keeper, "first", f.actors().spawn(component, "first", ended));
  supervise(keeper, "stubborn", f.actors().spawn(stubborn));
  f.run();
  auto stopped = f.ask<components_stopped>(keeper, stop_components{3s}, 3s);
  CHECK(stopped.killed == std::vector<std::string>{"first", "stubborn"});
  CHECK(*ended == std::vector<std::string>{"first"});
}

TEST_CASE("a supervisor without components stops at once") {
  fixture f;
  auto keeper =
      f.actors().spawn(supervisor, std::cref<troupe::clock>(f.time()), [](const std::string&) {});
  CHECK(f.ask<components_stopped>(keeper, stop_components{}).killed.empty());
}

TEST_CASE("raised verbosity ends after its time, counted from the last request") {
  fixture f;
  set_log_level(log_level::warning);
  auto levels = f.actors().spawn(verbosity, log_level::warning);
  f.ask<verbosity_raised>(levels, raise_verbosity{10s});
  CHECK(current_log_level() == log_level::debug);
  f.advance(6s);
  f.ask<verbosity_raised>(levels, raise_verbosity{10s});
  f.advance(6s);
  CHECK(current_log_level() == log_level::debug);
  f.advance(4s);
  CHECK(current_log_level() == log_level::warning);
  f.ask<verbosity_raised>(levels, raise_verbosity{10s});
  f.ask<verbosity_raised>(levels, raise_verbosity{0s});
  CHECK(current_log_level() == log_level::warning);
  f.stop(levels);
  f.advance(10s);
  set_log_level(log_level::info);
}
