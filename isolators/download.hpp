/// Fetch one http, https, ftp or ftps URI into an open file.
#pragma once

#include "isolators/file_descriptor.hpp"
#include "model/outcome.hpp"

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>

namespace troupe::isolators {

struct download_limits {
  std::chrono::seconds connect_timeout{30};
  std::chrono::seconds stall_timeout{60}; ///< no byte for so long ends the download
  std::uint64_t max_bytes = 0;            ///< 0: no bound
  long max_redirects = 20;
};

/// Append the content to `target`; returns its size. Follows redirects to the same four schemes. Blocks;
/// stops within about a second when asked to.
[[nodiscard]] outcome<std::uint64_t> download(const std::string& uri, const file_descriptor& target,
                                              const download_limits& limits, std::stop_token stop);

} // namespace troupe::isolators
