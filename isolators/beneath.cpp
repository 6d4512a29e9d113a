#include "isolators/beneath.hpp"

#include "isolators/files.hpp"

#include <cerrno>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace troupe::isolators {
namespace {

int open_beneath(int base, const char* path, int flags, mode_t mode) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags) | O_CLOEXEC;
  how.mode = mode;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  long fd = -1;
  do { // EAGAIN: somebody renamed a part of the path meanwhile
    fd = ::syscall(SYS_openat2, base, path, &how, sizeof how);
  } while (fd < 0 && (errno == EAGAIN || errno == EINTR));
  return static_cast<int>(fd);
}

failure path_failure(std::string_view what, const std::string& path) {
  if (errno == EXDEV)
    return failure{"cannot " + std::string(what) + " '" + path + "': it leads out of the folder"};
  return system_failure(what, path);
}

std::string parent_of(const std::string& relative) {
  const auto slash = relative.rfind('/');
  return slash == std::string::npos ? "." : relative.substr(0, slash);
}

std::string name_of(const std::string& relative) {
  return relative.substr(relative.rfind('/') + 1); // npos + 1 is 0
}

} // namespace

outcome<std::string> tidy_relative_path(const std::string& path) {
  if (path.find('\0') != std::string::npos)
    return failure{"a path contains a zero byte"};
  std::string result;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view part(path.data() + at, end - at);
    at = end + 1;
    if (part == "..")
      return failure{"path '" + path + "' leads out of the folder"};
    if (part.empty() || part == ".")
      continue;
    if (!result.empty())
      result += '/';
    result += part;
  }
  if (result.empty())
    return failure{"path '" + path + "' names no file"};
  return result;
}

outcome<folder> folder::open(const std::string& path) {
  file_descriptor fd(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd)
    return system_failure("open the folder", path);
  return folder(std::move(fd), path);
}

outcome<file_descriptor> folder::open_file(const std::string& relative, int flags,
                                           mode_t mode) const {
  file_descriptor fd(open_beneath(fd_.get(), relative.c_str(), flags, mode));
  if (!fd)
    return path_failure("open", relative);
  return fd;
}

std::optional<failure> folder::make_folders(const std::string& relative, mode_t mode) const {
  file_descriptor above(open_beneath(fd_.get(), ".", O_PATH | O_DIRECTORY, 0));
  for (std::size_t at = 0; at != std::string::npos;) {
    const std::size_t slash = relative.find('/', at);
    const std::string prefix = relative.substr(0, slash);
    file_descriptor found(open_beneath(fd_.get(), prefix.c_str(), O_PATH | O_DIRECTORY, 0));
    if (!found && errno == ENOENT) {
      if (::mkdirat(above.get(), name_of(prefix).c_str(), mode) != 0 && errno != EEXIST)
        return path_failure("make the folder", relative);
      found = file_descriptor(open_beneath(fd_.get(), prefix.c_str(), O_PATH | O_DIRECTORY, 0));
    }
    if (!found)
      return path_failure("make the folder", relative);
    above = std::move(found);
    at = slash == std::string::npos ? slash : slash + 1;
  }
  return std::nullopt;
}

outcome<folder::place> folder::find(const std::string& relative) const {
  file_descriptor parent(
      open_beneath(fd_.get(), parent_of(relative).c_str(), O_PATH | O_DIRECTORY, 0));
  if (!parent)
    return path_failure("find", relative);
  return place{std::move(parent), name_of(relative)};
}

outcome<folder::place> folder::prepare(const std::string& relative) const {
  const std::string parent = parent_of(relative);
  if (parent != ".") {
    if (auto bad = make_folders(parent, 0755))
      return *bad;
  }
  auto result = find(relative);
  if (!result)
    return result;
  if (::unlinkat(result->parent.get(), result->name.c_str(), 0) != 0 && errno != ENOENT)
    return path_failure("replace", relative);
  return result;
}

outcome<file_descriptor> folder::create_file(const std::string& relative, mode_t mode) const {
  const auto where = prepare(relative);
  if (!where)
    return failure{where.error()};
  const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  file_descriptor fd(::openat(where->parent.get(), where->name.c_str(), flags, mode));
  if (!fd)
    return path_failure("create", relative);
  return fd;
}

std::optional<failure> folder::create_link(const std::string& target,
                                           const std::string& relative) const {
  // A link that is right already stays: a task may be on its way through it.
  if (const auto there = find(relative)) {
    std::string found(target.size() + 1, '\0');
    const auto size =
        ::readlinkat(there->parent.get(), there->name.c_str(), found.data(), found.size());
    if (size == static_cast<ssize_t>(target.size()) && found.starts_with(target))
      return std::nullopt;
  }
  const auto where = prepare(relative);
  if (!where)
    return failure{where.error()};
  if (::symlinkat(target.c_str(), where->parent.get(), where->name.c_str()) != 0)
    return path_failure("create the link", relative);
  return std::nullopt;
}

std::optional<failure> folder::remove_link(const std::string& relative) const {
  const auto where = find(relative);
  if (!where)
    return std::nullopt; // its owner has removed the folder
  struct stat info {};
  const char* name = where->name.c_str();
  if (::fstatat(where->parent.get(), name, &info, AT_SYMLINK_NOFOLLOW) != 0 ||
      !S_ISLNK(info.st_mode))
    return std::nullopt;
  if (::unlinkat(where->parent.get(), name, 0) != 0 && errno != ENOENT)
    return path_failure("remove the link", relative);
  return std::nullopt;
}

std::optional<failure> folder::create_hard_link(const std::string& existing,
                                                const std::string& relative) const {
  const auto source = find(existing);
  if (!source)
    return failure{source.error()};
  const auto where = prepare(relative);
  if (!where)
    return failure{where.error()};
  if (::linkat(source->parent.get(), source->name.c_str(), where->parent.get(), where->name.c_str(),
               0) != 0)
    return path_failure("create the link", relative);
  return std::nullopt;
}

} // namespace troupe::isolators
