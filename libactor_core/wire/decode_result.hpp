/// The outcome of reading foreign bytes.
#pragma once

#include <string>
#include <utility>

namespace troupe::wire {

/// Success, or the reason of a refusal: lower case, naming the field's path or the byte where
/// reading stopped, fit for the body of a 400 answer. Foreign text in it is shortened and
/// printable.
class [[nodiscard]] decode_result {
 public:
  /// Success.
  decode_result() = default;

  /// A refusal. Requires a non-empty reason.
  static decode_result failure(std::string reason) {
    decode_result result;
    result.error_ = std::move(reason);
    return result;
  }

  /// True on success.
  explicit operator bool() const noexcept { return error_.empty(); }

  /// The reason of the refusal; empty on success.
  const std::string& error() const noexcept { return error_; }

 private:
  std::string error_;
};

} // namespace troupe::wire
