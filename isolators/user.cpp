#include "isolators/user.hpp"

#include "model/contract.hpp"

#include <cerrno>
#include <cstring>
#include <grp.h>
#include <pwd.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace troupe::isolators {
namespace {

/// glibc's setgroups changes all threads; the kernel's changes one.
int set_thread_groups(const std::vector<gid_t>& groups) {
  return static_cast<int>(::syscall(SYS_setgroups, groups.size(), groups.data()));
}

outcome<std::vector<gid_t>> supplementary_groups(const std::string& name, gid_t gid) {
  std::vector<gid_t> groups(32);
  for (;;) {
    int count = static_cast<int>(groups.size());
    if (::getgrouplist(name.c_str(), gid, groups.data(), &count) >= 0) {
      groups.resize(static_cast<std::size_t>(count));
      return groups;
    }
    if (static_cast<std::size_t>(count) <= groups.size())
      return failure{"cannot list the groups of user '" + name + "'"};
    groups.resize(static_cast<std::size_t>(count));
  }
}

} // namespace

outcome<user_identity> find_user(const std::string& name) {
  std::vector<char> buffer(16384);
  passwd entry{};
  passwd* found = nullptr;
  const int error = name.empty()
                        ? ::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found)
                        : ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (error != 0)
    return failure{"cannot look up user '" + name + "': " + std::strerror(error)};
  if (found == nullptr && name.empty()) // a uid without a name is fine for oneself
    return user_identity{std::to_string(::geteuid()), ::geteuid(), ::getegid(), {::getegid()}};
  if (found == nullptr)
    return failure{"user '" + name + "' does not exist on this agent"};
  auto groups = supplementary_groups(entry.pw_name, entry.pw_gid);
  if (!groups)
    return failure{groups.error()};
  return user_identity{entry.pw_name, entry.pw_uid, entry.pw_gid, *std::move(groups)};
}

file_access_as::file_access_as(const user_identity& user) {
  if (::geteuid() != 0 || user.uid == 0)
    return;
  const int count = ::getgroups(0, nullptr);
  expects(count >= 0, "the groups of a thread can be read");
  groups_.resize(static_cast<std::size_t>(count));
  expects(::getgroups(count, groups_.data()) == count, "the groups of a thread can be read");
  // Rights that cannot be given up would be root's: never go on with them.
  expects(set_thread_groups(user.groups) == 0, "root may set the groups of its thread");
  ::setfsgid(user.gid);
  ::setfsuid(user.uid);
  expects(::setfsgid(-1) == static_cast<int>(user.gid), "root may set its file system group");
  expects(::setfsuid(-1) == static_cast<int>(user.uid), "root may set its file system user");
  switched_ = true;
}

file_access_as::~file_access_as() {
  if (!switched_)
    return;
  ::setfsuid(::geteuid());
  ::setfsgid(::getegid());
  expects(set_thread_groups(groups_) == 0, "root may set the groups of its thread");
}

} // namespace troupe::isolators
