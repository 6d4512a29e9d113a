/// The users that containers run as.
#pragma once

#include "model/outcome.hpp"

#include <string>
#include <sys/types.h>
#include <vector>

namespace troupe::isolators {

struct user_identity {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups; ///< supplementary, the primary one included
};

/// Look a user up by name. An empty name is whoever this process runs as. Blocks (name services).
[[nodiscard]] outcome<user_identity> find_user(const std::string& name);

/// Gives the calling thread, and it alone, the file access rights of a user until the end of the scope:
/// what it opens and creates is checked and owned as if that user had done it. Nothing changes when the
/// process is not root.
class file_access_as {
 public:
  explicit file_access_as(const user_identity& user);
  ~file_access_as();
  file_access_as(const file_access_as&) = delete;
  file_access_as& operator=(const file_access_as&) = delete;

 private:
  bool switched_ = false;
  std::vector<gid_t> groups_;
};

} // namespace troupe::isolators
