/// The files of the meta directory: changed now, durable after `commit`. Blocking, no actors.
#pragma once

#include "protocol/checkpoint.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>

namespace troupe::agent {

class meta_store {
 public:
  /// Why something failed: "cannot write slaves/x/slave.info: No space left on device". Sticky:
  /// after the first failure every operation fails with the same.
  using problem = std::optional<std::string>;

  /// `directory` need not exist.
  explicit meta_store(std::string directory);
  ~meta_store();
  meta_store(const meta_store&) = delete;
  meta_store& operator=(const meta_store&) = delete;

  /// Everything below the directory; temporary files of a crash are removed.
  problem read_all(checkpoint_files& out);
  /// Whole file: a temporary one takes its place in `commit`.
  problem write(const std::string& path, const std::string& bytes);
  problem append(const std::string& path, const std::string& bytes);
  problem remove(const std::string& path);
  /// Commits, then makes and removes volumes, which lie outside of the directory.
  problem change(const change_volumes& volumes);
  /// Synchronises all that was done since the last commit.
  problem commit();

 private:
  struct pending_file {
    int fd = -1;
    std::string temporary; ///< absolute; renamed to the key when synchronised
  };

  problem fail(const std::string& what, const std::string& path, int error);
  problem make_parents(const std::string& path);
  problem make_folder(const std::string& absolute_path);
  std::string absolute(const std::string& path) const { return directory_ + "/" + path; }
  void close_below(const std::string& path);

  std::string directory_;
  problem broken_;
  std::map<std::string, pending_file> files_; ///< by relative path, not yet synchronised
  std::set<std::string> folders_;             ///< absolute, entries changed
};

} // namespace troupe::agent
