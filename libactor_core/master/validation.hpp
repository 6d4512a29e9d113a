/// Checks of calls that need no books: what the HTTP edge asks before it bothers the master.
#pragma once

#include "wire/fwd.hpp"

#include <optional>
#include <set>
#include <string>

namespace troupe::master {

/// The form of a call: its type, the type's member, ids, uuids. Returns the whole body of the 400
/// answer ("Failed to validate scheduler::Call: …"), nothing when the call may go on. A call of
/// type UNKNOWN may: the master answers it 501.
[[nodiscard]] std::optional<std::string> validate(const mesos::v1::scheduler::Call& call);

/// The content of a FrameworkInfo: roles against capabilities, id, failover timeout. Returns the
/// text of the ERROR event.
[[nodiscard]] std::optional<std::string> validate(const mesos::v1::FrameworkInfo& info);

/// Every suppressed role must be one of `roles`. Returns the text of the ERROR event.
[[nodiscard]] std::optional<std::string>
validate_suppressed(const std::set<std::string>& suppressed, const std::set<std::string>& roles);

} // namespace troupe::master
