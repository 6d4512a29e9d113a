/// Files inside a folder that somebody else may write to: whatever links lie there, no operation leaves it.
/// Links that stay inside are followed, as their owner expects.
#pragma once

#include "isolators/file_descriptor.hpp"
#include "model/outcome.hpp"

#include <optional>
#include <string>
#include <sys/types.h>

namespace troupe::isolators {

/// Check and tidy a path that a stranger chose: relative, no `..`, not empty, no zero byte. Leading and
/// double slashes and `.` parts are dropped.
[[nodiscard]] outcome<std::string> tidy_relative_path(const std::string& path);

class folder {
 public:
  /// Open an existing folder that is trusted itself.
  [[nodiscard]] static outcome<folder> open(const std::string& path);

  const std::string& path() const noexcept { return path_; }

  /// openat(2) below the folder. `relative` as tidy_relative_path gives it.
  [[nodiscard]] outcome<file_descriptor> open_file(const std::string& relative, int flags,
                                                   mode_t mode = 0) const;

  /// Make a folder and those above it; existing ones are fine.
  [[nodiscard]] std::optional<failure> make_folders(const std::string& relative, mode_t mode) const;

  /// Create a new regular file, with the folders above it, in place of any file or link of this name.
  [[nodiscard]] outcome<file_descriptor> create_file(const std::string& relative,
                                                     mode_t mode) const;

  /// Create a symbolic link that says `target`, in place of any file or link of this name.
  [[nodiscard]] std::optional<failure> create_link(const std::string& target,
                                                   const std::string& relative) const;

  /// Remove a symbolic link; a missing one, and anything else of that name, is left as it is.
  [[nodiscard]] std::optional<failure> remove_link(const std::string& relative) const;

  /// Create a second name of a file inside the folder.
  [[nodiscard]] std::optional<failure> create_hard_link(const std::string& existing,
                                                        const std::string& relative) const;

 private:
  folder(file_descriptor fd, std::string path)
      : fd_(std::move(fd))
      , path_(std::move(path)) {}

  struct place {
    file_descriptor parent;
    std::string name;
  };

  /// The folder of a path, made when missing, and the last part of the path.
  outcome<place> prepare(const std::string& relative) const;
  outcome<place> find(const std::string& relative) const;

  file_descriptor fd_;
  std::string path_;
};

} // namespace troupe::isolators
