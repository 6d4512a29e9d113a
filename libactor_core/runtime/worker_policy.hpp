#pragma once

#include <caf/policy/work_sharing.hpp>
#include <caf/scheduler/coordinator.hpp>

#include <atomic>
#include <chrono>
#include <cstdlib>

namespace troupe {

inline int env_us(const char* n, int d) { auto* s = getenv(n); return s ? atoi(s) : d; }

class watchful_sharing : public caf::policy::work_sharing {
 public:
  struct coordinator_data : caf::policy::work_sharing::coordinator_data {
    using caf::policy::work_sharing::coordinator_data::coordinator_data;
    std::atomic<std::size_t> jobs{0};
    std::size_t watching = 0;
    std::size_t sleeping = 0;
    std::size_t max_watching = env_us("WATCHERS", 1);
    int patience = env_us("SPIN", 30);
  };

  template <class Coordinator>
  void enqueue(Coordinator* self, caf::resumable* job) {
    auto& data = d(self);
    queue_type one{job};
    bool wake = false;
    {
      std::unique_lock guard{data.lock};
      data.queue.splice(data.queue.end(), one);
      data.jobs.store(data.queue.size(), std::memory_order_relaxed);
      wake = data.sleeping > 0 && data.queue.size() > data.watching;
    }
    if (wake)
      data.cv.notify_one();
  }
  template <class Coordinator>
  void central_enqueue(Coordinator* self, caf::resumable* job) { enqueue(self, job); }
  template <class Worker>
  void external_enqueue(Worker* self, caf::resumable* job) { enqueue(self->parent(), job); }
  template <class Worker>
  void internal_enqueue(Worker* self, caf::resumable* job) { enqueue(self->parent(), job); }
  template <class Worker>
  void resume_job_later(Worker* self, caf::resumable* job) { enqueue(self->parent(), job); }

  template <class Worker>
  caf::resumable* dequeue(Worker* self) {
    auto& data = d(self->parent());
    std::unique_lock guard{data.lock};
    if (data.queue.empty() && data.watching < data.max_watching) {
      ++data.watching;
      guard.unlock();
      const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(data.patience);
      while (data.jobs.load(std::memory_order_relaxed) == 0) {
        for (int i = 0; i < 16; ++i) __builtin_ia32_pause();
        if (std::chrono::steady_clock::now() > end) break;
      }
      guard.lock();
      --data.watching;
    }
    while (data.queue.empty()) {
      ++data.sleeping;
      data.cv.wait(guard);
      --data.sleeping;
    }
    auto* job = data.queue.front();
    data.queue.pop_front();
    data.jobs.store(data.queue.size(), std::memory_order_relaxed);
    return job;
  }
};

} // namespace troupe
