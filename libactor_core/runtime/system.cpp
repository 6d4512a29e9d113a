#include "runtime/system.hpp"

#include "runtime/errors.hpp"
#include "runtime/logging.hpp"

#include <caf/all.hpp>
#include <caf/io/middleman.hpp>

#include <signal.h>

#include <cerrno>
#include <thread>

namespace troupe {

namespace {

/// Messages an actor may handle before it has to let others run.
constexpr std::size_t messages_in_a_row = 100;
constexpr std::chrono::seconds heartbeat{5};
constexpr std::chrono::seconds silence_limit{20};
/// On top of the supervisor's own patience.
constexpr std::chrono::seconds stop_overhead{5};

} // namespace

void configure_system(caf::actor_system_config& config, const system_options& options) {
  auto cores = std::max<std::size_t>(2, std::thread::hardware_concurrency());
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-threads", options.workers ? options.workers : cores);
  config.set("scheduler.max-throughput", messages_in_a_row);
  if (options.network) {
    config.load<caf::io::middleman>();
    config.set("middleman.heartbeat-interval", caf::timespan{heartbeat});
    config.set("middleman.connection-timeout", caf::timespan{silence_limit});
  }
}

bool stop_system(caf::actor_system& system, const supervisor_actor& supervisor,
                 std::chrono::nanoseconds patience) {
  caf::scoped_actor self{system, true};
  bool clean = false;
  self->request(supervisor, patience + stop_overhead, stop_components{patience})
      .receive([&](const components_stopped& done) { clean = done.killed.empty(); },
               [&](const caf::error& error) {
                 log_error("the components could not be stopped", {{"reason", text_of(error)}});
               });
  if (!clean)
    system.await_actors_before_shutdown(false);
  return clean;
}

struct stop_signals::saved {
  sigset_t waited;
  sigset_t mask;
  struct sigaction pipe;
};

stop_signals::stop_signals(std::initializer_list<int> more)
    : saved_(std::make_unique<saved>()) {
  sigemptyset(&saved_->waited);
  sigaddset(&saved_->waited, SIGTERM);
  sigaddset(&saved_->waited, SIGINT);
  for (int each : more)
    sigaddset(&saved_->waited, each);
  pthread_sigmask(SIG_BLOCK, &saved_->waited, &saved_->mask);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, &saved_->pipe);
}

stop_signals::~stop_signals() {
  sigaction(SIGPIPE, &saved_->pipe, nullptr);
  pthread_sigmask(SIG_SETMASK, &saved_->mask, nullptr);
}

int stop_signals::wait() {
  int number = 0;
  while (sigwait(&saved_->waited, &number) != 0) {
  }
  return number;
}

int stop_signals::wait_for(std::chrono::nanoseconds limit) {
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit);
  timespec time{seconds.count(), (limit - seconds).count()};
  auto number = sigtimedwait(&saved_->waited, nullptr, &time);
  return number > 0 ? number : 0;
}

void restore_child_signals() noexcept {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  sigaction(SIGPIPE, &usual, nullptr);
}

} // namespace troupe
