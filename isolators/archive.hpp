/// Unpack archives that strangers made.
#pragma once

#include "isolators/beneath.hpp"
#include "model/outcome.hpp"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

namespace troupe::isolators {

enum class archive_kind { none, tar, zip, gzip };

/// By the name's suffix: .tar .tgz .tar.gz .tbz2 .tar.bz2 .txz .tar.xz, .zip, .gz (one file).
[[nodiscard]] archive_kind archive_kind_of(const std::string& name);

struct unpack_limits {
  std::uint64_t max_bytes = 0; ///< of all unpacked files together; 0: no bound
};

/// Unpack a file of `target` beside itself or, for tar and zip, into `target`. Nothing is written outside,
/// whatever names and links the archive holds; devices and pipes are refused; set-user bits are dropped, and
/// everything belongs to whom the thread creates files as. Blocks; stops between two blocks when asked to.
/// What was unpacked before an error stays.
[[nodiscard]] std::optional<failure> unpack(const folder& target, const std::string& archive,
                                            const unpack_limits& limits, std::stop_token stop);

} // namespace troupe::isolators
