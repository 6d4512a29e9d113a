/// Small blocking file operations with errors that name the path.
#pragma once

#include "model/outcome.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace troupe::isolators {

/// `what 'path': <text of errno>`, the form of every system error of this library.
[[nodiscard]] failure system_failure(std::string_view what, std::string_view path);

/// A whole file of at most `limit` bytes; what lies beyond is left out.
[[nodiscard]] outcome<std::string> read_file(const std::string& path, std::size_t limit = 1 << 20);

/// Replace a file whole: readers see the old content or the new. Survives the process, not the machine.
[[nodiscard]] std::optional<failure> write_file(const std::string& path, std::string_view content);

/// Make a folder and those above it; one that exists already is fine and stays as it is.
[[nodiscard]] std::optional<failure> make_directories(const std::string& path, mode_t mode);

/// Remove a file or a folder with all in it, never following links. A missing one is fine.
[[nodiscard]] std::optional<failure> remove_all(const std::string& path);

} // namespace troupe::isolators
