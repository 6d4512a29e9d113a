/// The result of something that bad input can make fail: a value, or the reason as one line of
/// text.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace troupe {

/// Why something could not be done; names the offending piece, lower case, no full stop.
struct failure {
  std::string reason;
};

/// Either a `T` or a failure. Ask with `if (x)`, then use `*x` or `x.error()`.
/// Using `*x` of a failure is a programming error (throws std::bad_variant_access).
template <class T>
class [[nodiscard]] outcome {
 public:
  outcome(T value)
      : data_(std::in_place_index<0>, std::move(value)) {}
  outcome(failure why)
      : data_(std::in_place_index<1>, std::move(why)) {}

  bool has_value() const noexcept { return data_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  const T& operator*() const& { return std::get<0>(data_); }
  T& operator*() & { return std::get<0>(data_); }
  T&& operator*() && { return std::get<0>(std::move(data_)); }
  const T* operator->() const { return &std::get<0>(data_); }
  T* operator->() { return &std::get<0>(data_); }

  /// The reason; only when there is no value.
  const std::string& error() const { return std::get<1>(data_).reason; }

 private:
  std::variant<T, failure> data_;
};

} // namespace troupe
