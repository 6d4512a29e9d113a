#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

namespace troupe::http {

/// Bounds what the requests and answers of all connections hold together. Shared by the I/O thread
/// and the workers.
class memory_budget {
 public:
  explicit memory_budget(size_t limit)
      : limit_(limit) {}

  size_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  friend class charge;
  const size_t limit_;
  std::atomic<size_t> used_{0};
};

/// One holder's part of a budget, given back with it.
class charge {
 public:
  explicit charge(std::shared_ptr<memory_budget> budget)
      : budget_(std::move(budget)) {}
  ~charge() { budget_->used_ -= amount_; }
  charge(const charge&) = delete;
  charge& operator=(const charge&) = delete;

  /// Sets the part to `amount`. False if it grew past the budget (it is set all the same: the
  /// memory is there; the caller gives it back by ending the connection). Holders of more than 128
  /// KiB may only use seven eighths, so that big bodies cannot keep small calls out.
  bool set(size_t amount) {
    auto grown = amount > amount_;
    auto used = budget_->used_ += amount - amount_; // wraps around correctly when it shrinks
    amount_ = amount;
    auto limit = amount > (128u << 10) ? budget_->limit_ / 8 * 7 : budget_->limit_;
    return !grown || used <= limit;
  }

 private:
  std::shared_ptr<memory_budget> budget_;
  size_t amount_ = 0;
};

} // namespace troupe::http
