/// Role names: paths such as `eng/web`; `*` is the role of everybody.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace troupe {

/// The reason why `role` is no valid role name; nothing when it is one.
[[nodiscard]] std::optional<std::string> check_role(std::string_view role);

/// True when `above` is a strict ancestor of `role`: `eng` of `eng/web` and of `eng/web/x`, not of
/// `eng` or `eng2`.
bool is_ancestor(std::string_view above, std::string_view role);

} // namespace troupe
