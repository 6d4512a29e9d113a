#pragma once

#include "http/unique_fd.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <variant>
#include <vector>

namespace troupe::http {

/// One entry of a folder, as `/files/browse` and LIST_FILES show it.
struct file_info {
  std::string path; ///< virtual
  uint64_t nlink = 0;
  uint64_t size = 0;
  int64_t mtime = 0; ///< seconds since the epoch
  uint32_t mode = 0; ///< st_mode
  std::string uid;   ///< name, or the number if it has none
  std::string gid;
};

/// Why a file cannot be had: an HTTP status and a line for the client (may be empty).
struct file_problem {
  int status = 500;
  std::string text;
};

template <class T>
using file_result = std::variant<T, file_problem>;

/// The virtual files of a daemon: logs and sandboxes under the names that clients use. Actors
/// attach and detach while HTTP threads read.
///
/// A path is resolved by the longest attached prefix (whole components). Symbolic links are
/// followed as long as they stay below the attached folder; `..` may not leave it either. What is
/// opened is what was checked: the checked path is opened component by component without following
/// links, so a task that swaps a link in its sandbox in between gains nothing.
class file_table {
 public:
  /// Asked for each access; gets the principal ("" if none).
  using access = std::function<bool(const std::string& principal)>;

  /// Attaches a file or folder, or moves the name to another one. The error says why `real_path`
  /// cannot be resolved. Without `allowed` everybody may.
  std::optional<std::string> attach(const std::string& virtual_path, const std::string& real_path,
                                    access allowed = {});
  /// Attaches every folder `depth` levels below `real_path`, now or later, each on its own: what lies
  /// above them cannot be seen, and `..` may not leave one for another.
  std::optional<std::string> attach_each(const std::string& virtual_path,
                                         const std::string& real_path, std::size_t depth,
                                         access allowed = {});
  void detach(const std::string& virtual_path);

  /// Virtual path to real path.
  std::map<std::string, std::string> attachments() const;

  /// Opens a file or folder for reading; never blocks on FIFOs. 400 outside, 403, 404.
  file_result<unique_fd> open(const std::string& path, const std::string& principal) const;

  /// The entries of a folder sorted by path; empty for a file.
  file_result<std::vector<file_info>> list(const std::string& path,
                                           const std::string& principal) const;

  struct slice {
    std::string data;
    uint64_t size = 0; ///< of the whole file
  };

  /// At most `length` bytes from `offset`; empty past the end. 400 for what is no regular file.
  file_result<slice> read(const std::string& path, uint64_t offset, uint64_t length,
                          const std::string& principal) const;

 private:
  struct attachment {
    std::string real;
    access allowed;
    std::size_t depth = 0; ///< components of the path that only choose the folder
  };
  struct place {
    std::string root; ///< attached, canonical
    std::string rest; ///< below it, as asked
  };
  struct found {
    unique_fd fd;
    std::string root;
  };
  file_result<found> find(const std::string& path, const std::string& principal) const;
  file_result<place> locate(const std::string& path, const std::string& principal) const;
  static file_result<place> descend(const attachment& from, std::string_view rest);

  mutable std::shared_mutex mutex_;
  std::map<std::string, attachment> attached_;
};

} // namespace troupe::http
