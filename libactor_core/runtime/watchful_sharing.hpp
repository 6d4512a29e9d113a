/// How workers wait for actors that have something to do.
#pragma once

#include "runtime/clock.hpp"

#include <caf/policy/work_sharing.hpp>
#include <caf/scheduler/coordinator.hpp>

#include <atomic>
#include <chrono>
#include <mutex>
#include <utility>

namespace troupe {

/// CAF's work sharing (one queue for all workers, so idle ones cost nothing), but a worker that runs out of work while
/// others have some watches the queue for some microseconds before it sleeps, one worker at a time. Actors answer each
/// other within that time: no system call then wakes anybody, and no processor is halted that would have to be woken up
/// itself.
class watchful_sharing : public caf::policy::work_sharing {
 public:
  struct coordinator_data : caf::policy::work_sharing::coordinator_data {
    using caf::policy::work_sharing::coordinator_data::coordinator_data;

    std::atomic<std::size_t> jobs{0}; ///< length of the queue, for the one who watches
    bool watched = false;             ///< by a worker that will look again before it sleeps
    std::size_t working = 0;          ///< workers with an actor
    std::size_t sleeping = 0;         ///< workers
  };

  template <class Coordinator>
  void enqueue(Coordinator* self, caf::resumable* job) {
    auto& shared = d(self);
    queue_type one{job};
    bool wake = false;
    {
      std::unique_lock guard{shared.lock};
      shared.queue.splice(shared.queue.end(), one);
      note_length(shared);
      wake = shared.sleeping > 0 && shared.queue.size() > (shared.watched ? 1 : 0);
    }
    // Without the lock: who wakes up needs it.
    if (wake)
      shared.cv.notify_one();
  }

  template <class Coordinator>
  void central_enqueue(Coordinator* self, caf::resumable* job) {
    enqueue(self, job);
  }
  template <class Worker>
  void external_enqueue(Worker* self, caf::resumable* job) {
    enqueue(self->parent(), job);
  }
  template <class Worker>
  void internal_enqueue(Worker* self, caf::resumable* job) {
    enqueue(self->parent(), job);
  }
  template <class Worker>
  void resume_job_later(Worker* self, caf::resumable* job) {
    enqueue(self->parent(), job);
  }

  template <class Worker>
  caf::resumable* dequeue(Worker* self) {
    auto& shared = d(self->parent());
    std::unique_lock guard{shared.lock};
    if (std::exchange(working_, false))
      --shared.working;
    if (shared.queue.empty() && shared.working > 0 && !shared.watched) {
      shared.watched = true;
      guard.unlock();
      watch(shared.jobs);
      guard.lock();
      shared.watched = false;
    }
    while (shared.queue.empty()) {
      ++shared.sleeping;
      shared.cv.wait(guard);
      --shared.sleeping;
    }
    auto* job = shared.queue.front();
    shared.queue.pop_front();
    note_length(shared);
    working_ = true;
    ++shared.working;
    return job;
  }

 private:
  static constexpr std::chrono::microseconds patience{50};

  static void note_length(coordinator_data& shared) {
    shared.jobs.store(shared.queue.size(), std::memory_order_relaxed);
  }

  static void watch(const std::atomic<std::size_t>& jobs) {
    const real_clock time;
    const auto end = time.steady() + patience;
    while (jobs.load(std::memory_order_relaxed) == 0 && time.steady() < end)
      for (int i = 0; i < 16; ++i)
        relax();
  }

  /// Not the scheduler's yield: that would leave the queue alone for as long as other programs have something to do.
  static void relax() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

  bool working_ = false; ///< every worker has a policy of its own
};

} // namespace troupe
