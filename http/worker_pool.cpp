#include "http/worker_pool.hpp"

#include "http/serving_thread.hpp"

#include <spdlog/spdlog.h>

namespace troupe::http {

namespace {

outcome run_guarded(dispatcher& d, const std::shared_ptr<exchange>& x, bool& deferred) {
  try {
    auto out = d.run(x);
    deferred = !out;
    return out ? std::move(*out) : outcome{};
  } catch (const std::exception& e) { // no memory for the answer
    spdlog::error("http: cannot answer {} {}: {}", x->in.method, x->in.target, e.what());
    outcome out;
    out.close = true;
    return out;
  }
}

} // namespace

worker_pool::worker_pool(size_t limit, deliver out)
    : limit_(limit)
    , deliver_(std::move(out)) {}

worker_pool::~worker_pool() {
  stop();
}

void worker_pool::start(size_t threads, int nice,
                        const std::shared_ptr<const dispatch_context>& context) {
  for (size_t i = 0; i < threads; ++i)
    threads_.emplace_back([this, nice, context] {
      yield_to_actors(nice);
      dispatcher d(context);
      loop(d);
    });
}

bool worker_pool::submit(std::shared_ptr<exchange> x) {
  {
    std::lock_guard lock(mutex_);
    if (stopped_ || jobs_.size() >= limit_)
      return false;
    jobs_.push_back(std::move(x));
  }
  ready_.notify_one();
  return true;
}

void worker_pool::resume(std::shared_ptr<exchange> x) {
  {
    std::lock_guard lock(mutex_);
    if (stopped_)
      return;
    jobs_.push_front(std::move(x));
  }
  ready_.notify_one();
}

void worker_pool::stop() {
  std::deque<std::shared_ptr<exchange>> dropped;
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    dropped.swap(jobs_);
  }
  ready_.notify_all();
  for (auto& t : threads_)
    t.join();
  threads_.clear();
}

void worker_pool::loop(dispatcher& d) {
  std::unique_lock lock(mutex_);
  for (;;) {
    ready_.wait(lock, [&] { return stopped_ || !jobs_.empty(); });
    if (stopped_)
      return;
    auto x = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    bool deferred = false;
    auto out = run_guarded(d, x, deferred);
    if (!deferred)
      deliver_(x->connection, std::move(out));
    x.reset();
    lock.lock();
  }
}

} // namespace troupe::http
