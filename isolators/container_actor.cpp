#include "isolators/container_actor.hpp"

#include "isolators/command_line.hpp"
#include "runtime/errors.hpp"
#include "runtime/logging.hpp"

#include <caf/all.hpp>
#include <mesos/v1/mesos.pb.h>

namespace troupe::isolators {
namespace {

using self_pointer = container_actor::stateful_pointer<container_state>;
using phase = container_phase;
using event = container_event;

/// The actor's parts in one place; cheap to copy into handlers.
struct shell {
  self_pointer self;
  shared<container_job> job;
  shared<container_neighbours> around;

  container_state& state() const { return self->state; }
  const container_id& id() const { return job->spec->id; }

  void on(event what) const {
    const phase before = state().phase;
    state().phase = next(before, what);
    if (state().phase != before)
      enter();
  }

  void fail(const std::string& why) const {
    if (!state().failure)
      state().failure = why;
    on(event::step_failed);
  }

  /// An error handler for a step's request.
  auto failing() const {
    return [*this](const caf::error& why) { fail(text_of(why)); };
  }

  void enter() const {
    switch (state().phase) {
    case phase::preparing:
      prepare();
      break;
    case phase::fetching:
      fetch();
      break;
    case phase::creating:
      create();
      break;
    case phase::isolating:
      state().step = 0;
      isolate_next();
      break;
    case phase::starting:
      self->send(around->launcher, release_process{id()});
      break;
    case phase::running:
      run();
      break;
    case phase::unwinding:
      state().fetching.request_stop();
      break;
    case phase::killing:
      kill();
      break;
    case phase::cleaning:
      clean_next();
      break;
    case phase::gone:
      leave();
      break;
    }
  }

  void prepare() const {
    self->request(around->launcher, caf::infinite,
                  prepare_sandbox{job->spec->directory, job->spec->user})
        .then(
            [*this](const sandbox_prepared& x) {
              if (!job->spec->user.empty())
                state().user = x.user;
              prepare_next();
            },
            failing());
  }

  void prepare_next() const {
    auto& st = state();
    if (st.prepared == around->isolators.size() || st.phase == phase::unwinding) {
      on(event::step_done);
      return;
    }
    const auto& isolator = around->isolators[st.prepared++];
    self->request(isolator, caf::infinite, prepare_isolation{job->spec})
        .then(
            [*this](const isolation& x) {
              for (const auto& [name, value] : x.environment)
                state().environment[name] = value;
              prepare_next();
            },
            failing());
  }

  void fetch() const {
    auto items = fetch_items(*job->spec->command);
    if (items.empty()) {
      on(event::step_done);
      return;
    }
    auto user = state().user ? outcome(*state().user) : find_user("");
    if (!user) {
      fail(user.error());
      return;
    }
    self->request(around->fetcher, caf::infinite,
                  fetch_uris{std::move(items), job->spec->directory, *std::move(user),
                             state().fetching.get_token()})
        .then([*this](const uris_fetched&) { on(event::step_done); }, failing());
  }

  void create() const {
    auto launch = make_launch(*job->spec, around->runtime_dir, state().user, state().environment);
    if (!launch) {
      fail(launch.error());
      return;
    }
    self->request(
            around->launcher, caf::infinite,
            create_process{id(), std::make_shared<const launch_spec>(*std::move(launch)), self})
        .then(
            [*this](const process_created& x) {
              state().has_process = true;
              state().pid = x.pid;
              on(event::step_done);
            },
            failing());
  }

  void isolate_next() const {
    auto& st = state();
    if (st.step == around->isolators.size() || st.phase == phase::unwinding) {
      on(event::step_done);
      return;
    }
    self->request(around->isolators[st.step++], caf::infinite, isolate_process{id(), st.pid})
        .then([*this](const isolation_done&) { isolate_next(); }, failing());
  }

  void run() const {
    auto& st = state();
    self->send(job->owner, container_running{{id(), st.pid}, job->listener});
    for (const int number : st.signals)
      self->send(around->launcher, signal_process{id(), number});
    st.signals.clear();
    if (auto limits = std::exchange(st.new_limits, std::nullopt))
      update(*limits);
  }

  void update(const resources& limits) const {
    for (const auto& isolator : around->isolators) {
      self->request(isolator, caf::infinite, update_isolation{id(), limits})
          .then([](const isolation_done&) {},
                [*this](const caf::error& why) {
                  log_error("a container keeps its old limits",
                            {{"container", id()}, {"reason", text_of(why)}});
                });
    }
  }

  void kill() const {
    if (state().has_process)
      self->send(around->launcher, kill_process{id()});
    else
      on(event::ended);
  }

  void clean_next() const {
    auto& st = state();
    if (st.prepared == 0) {
      on(event::step_done);
      return;
    }
    self->request(around->isolators[--st.prepared], caf::infinite, cleanup_isolation{id()})
        .then([*this](const isolation_done&) { clean_next(); },
              [*this](const caf::error& why) {
                log_error("an isolator could not clean up",
                          {{"container", id()}, {"reason", text_of(why)}});
                clean_next();
              });
  }

  void leave() const {
    auto& st = state();
    self->send(around->launcher, forget_process{id()});
    container_exited said{id(), container_end::exited, st.status, {}, 0};
    if (st.destroyed) {
      said.end = container_end::destroyed;
    } else if (st.failure) {
      said.end = container_end::launch_failed;
      said.message = *st.failure;
      said.status.reset();
    } else if (st.lost) {
      said.end = container_end::lost;
      said.message = "the container ended while the agent was away";
    }
    self->send(job->owner, container_gone{std::move(said), job->listener});
    self->quit();
  }

  void destroy() const {
    auto& st = state();
    if (st.phase == phase::killing || st.phase == phase::cleaning || st.phase == phase::gone)
      return;
    // An answer to a launch that has failed already is that failure.
    st.destroyed = !st.failure;
    on(event::destroy);
  }

  void on_ended(const process_ended& x) const {
    auto& st = state();
    st.has_process = false;
    st.status = x.status;
    const bool before_start = st.phase == phase::isolating || st.phase == phase::starting;
    if (before_start && !st.failure && !st.destroyed)
      st.failure = "troupe-init ended before it started the command";
    on(event::ended);
  }

  void signal(int number) const {
    auto& st = state();
    if (st.phase == phase::running)
      self->send(around->launcher, signal_process{id(), number});
    else if (st.phase < phase::running)
      st.signals.push_back(number);
  }

  void set_limits(const resources& limits) const {
    if (state().phase == phase::running)
      update(limits);
    else
      state().new_limits = limits;
  }

  /// Isolators hear of it as if it were new; what they cannot do again they report, and the container
  /// goes on as it is.
  void recover() const {
    auto& st = state();
    const auto& found = *job->recovered;
    st.pid = found.pid;
    if (!found.running) {
      st.lost = !found.status;
      st.status = found.status;
      st.destroyed = job->listener == nullptr;
      st.phase = phase::cleaning;
      enter();
      return;
    }
    st.has_process = true;
    st.phase = phase::starting;
    self->send(around->launcher, adopt_process{id(), self});
    if (!job->listener) {
      destroy();
      return;
    }
    for (const auto& isolator : around->isolators) {
      ++st.prepared;
      self->request(isolator, caf::infinite, prepare_isolation{job->spec})
          .then([](const isolation&) {},
                [*this](const caf::error& why) {
                  log_warning("an isolator could not take a container over",
                              {{"container", id()}, {"reason", text_of(why)}});
                });
    }
  }
};

} // namespace

container_actor::behavior_type container(self_pointer self, container_job job,
                                         shared<container_neighbours> neighbours) {
  const shell my{self, std::make_shared<const container_job>(std::move(job)),
                 std::move(neighbours)};
  if (my.job->recovered)
    my.recover();
  else
    my.enter();
  return {
      [=](const process_started&) { my.on(event::started); },
      [=](const process_failed& x) {
        if (!my.state().failure && !my.state().destroyed)
          my.state().failure = x.message;
      },
      [=](const process_ended& x) { my.on_ended(x); },
      [=](const signal_container& x) { my.signal(x.signal); },
      [=](const destroy_container&) { my.destroy(); },
      [=](const update_container& x) { my.set_limits(x.limits); },
  };
}

} // namespace troupe::isolators
