/// Identifiers as distinct types, so that a task id never passes for an agent id.
#pragma once

#include <compare>
#include <functional>
#include <iosfwd>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace troupe {

/// An identifier of one kind; `Tag` only tells the kinds apart. An empty one means "none yet".
template <class Tag>
class basic_id {
 public:
  basic_id() = default;
  explicit basic_id(std::string value)
      : value_(std::move(value)) {}

  const std::string& value() const noexcept { return value_; }
  bool empty() const noexcept { return value_.empty(); }

  friend bool operator==(const basic_id&, const basic_id&) = default;
  friend std::strong_ordering operator<=>(const basic_id& a, const basic_id& b) {
    return a.value_.compare(b.value_) <=> 0;
  }
  friend std::ostream& operator<<(std::ostream& out, const basic_id& x) { return out << x.value_; }

  /// Lets messages that hold ids be printed and compared by any inspector.
  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, basic_id& x) {
    return f(x.value_);
  }

 private:
  std::string value_;
};

using framework_id = basic_id<struct framework_id_tag>;
using agent_id = basic_id<struct agent_id_tag>;
using offer_id = basic_id<struct offer_id_tag>;
using task_id = basic_id<struct task_id_tag>;
using executor_id = basic_id<struct executor_id_tag>;
using container_id = basic_id<struct container_id_tag>;
using master_id = basic_id<struct master_id_tag>;
using operation_id = basic_id<struct operation_id_tag>;
using role_name = std::string;

/// Checks an id that a client chose (task, executor, framework, agent, persistence id): 1 to 255
/// bytes, not `.` or
/// `..`, no control characters, no `/` and no `\`. Returns the reason why it is refused, nothing
/// when it is fine.
[[nodiscard]] std::optional<std::string> check_id(std::string_view id);

/// The rules of check_id and those of one container id: at most 242 bytes, no `.`, no space.
[[nodiscard]] std::optional<std::string> check_container_id(std::string_view id);

} // namespace troupe

template <class Tag>
struct std::hash<troupe::basic_id<Tag>> {
  std::size_t operator()(const troupe::basic_id<Tag>& x) const noexcept {
    return std::hash<std::string>{}(x.value());
  }
};
