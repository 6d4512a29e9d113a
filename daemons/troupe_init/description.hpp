/// The launch description, mapped and cut into pointers that stay valid for the life of the process.
#pragma once

#include "isolators/init_protocol.hpp"

#include <cstddef>
#include <sys/types.h>

namespace troupe::init {

struct description {
  const char* executable = nullptr;
  char** arguments = nullptr; ///< NULL-terminated, never empty
  char** variables = nullptr; ///< NULL-terminated
  const char* directory = nullptr;
  const char* stdout_path = nullptr;
  const char* stderr_path = nullptr;
  const char* status_path = nullptr;
  const credentials* user = nullptr; ///< null: keep the launcher's
  gid_t* groups = nullptr;
  std::size_t group_count = 0;
  resource_limit* rlimits = nullptr;
  std::size_t rlimit_count = 0;
  mode_t file_mask = 022;
};

/// Read from an inherited memory file. Returns 0, or an errno: EPROTO for content that makes no sense.
[[nodiscard]] int read_description(int fd, description& out);

} // namespace troupe::init
