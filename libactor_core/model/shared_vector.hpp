/// A vector whose copies share one body until one of them changes.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace troupe {

/// Copying costs a reference count; the first change of a body with several owners copies it.
/// Copies may live in different threads; one copy may not be used by two at once, like any value.
/// An empty one has no body.
template <class T>
class shared_vector {
 public:
  shared_vector() = default;
  explicit shared_vector(std::vector<T> items)
      : body_(items.empty() ? nullptr : make(std::move(items))) {}
  shared_vector(const shared_vector& other) noexcept
      : body_(other.body_) {
    if (body_ != nullptr)
      body_->owners.fetch_add(1, std::memory_order_relaxed);
  }
  shared_vector(shared_vector&& other) noexcept
      : body_(std::exchange(other.body_, nullptr)) {}
  shared_vector& operator=(shared_vector other) noexcept {
    std::swap(body_, other.body_);
    return *this;
  }
  ~shared_vector() {
    // What other owners did before they left happens before the body's end.
    if (body_ != nullptr && body_->owners.fetch_sub(1, std::memory_order_acq_rel) == 1)
      std::unique_ptr<body>{body_};
  }

  const std::vector<T>& read() const noexcept {
    static const std::vector<T> none;
    return body_ == nullptr ? none : body_->items;
  }
  /// The items, owned by this copy alone from now on.
  std::vector<T>& write() {
    if (body_ == nullptr)
      body_ = make({});
    else if (body_->owners.load(std::memory_order_acquire) != 1)
      *this = owning(std::vector<T>(body_->items));
    return body_->items;
  }
  /// The items, moved out where nobody else needs them.
  std::vector<T> take() && {
    auto result = std::move(write());
    *this = {};
    return result;
  }

  /// Fetches into the cache what copying this needs.
  void foresee_copy() const noexcept { __builtin_prefetch(body_, 1); }

  /// True when both are copies of one that has not changed since.
  bool same_body(const shared_vector& other) const noexcept { return body_ == other.body_; }

 private:
  struct body {
    explicit body(std::vector<T> content)
        : items(std::move(content)) {}

    std::atomic<std::uint32_t> owners{1};
    std::vector<T> items;
  };

  static body* make(std::vector<T> items) {
    return std::make_unique<body>(std::move(items)).release();
  }
  static shared_vector owning(std::vector<T> items) {
    shared_vector result;
    result.body_ = make(std::move(items));
    return result;
  }

  body* body_ = nullptr;
};

} // namespace troupe
