/// A rarely present, rarely changed part of a value, kept out of line.
#pragma once

#include <memory>
#include <optional>
#include <utility>

namespace troupe {

/// Like `std::optional<T>`, but as small as a pointer and cheap to copy: copies share one immutable
/// `T`. To change it, assign a new `T`.
template <class T>
class boxed_optional {
 public:
  boxed_optional() = default;
  boxed_optional(std::nullopt_t) {}
  boxed_optional(T value)
      : box_(std::make_shared<const T>(std::move(value))) {}

  bool has_value() const noexcept { return box_ != nullptr; }
  explicit operator bool() const noexcept { return has_value(); }
  const T& operator*() const noexcept { return *box_; }
  const T* operator->() const noexcept { return box_.get(); }
  const T& value() const { return *box_; }
  void reset() noexcept { box_.reset(); }

  /// True when both are the very same box (or both empty), so that a deep comparison can be
  /// skipped.
  bool same_box(const boxed_optional& other) const noexcept { return box_ == other.box_; }

  friend bool operator==(const boxed_optional& a, const boxed_optional& b) {
    return a.box_ == b.box_ || (a.box_ && b.box_ && *a.box_ == *b.box_);
  }

 private:
  std::shared_ptr<const T> box_;
};

} // namespace troupe
