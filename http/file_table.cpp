#include "http/file_table.hpp"

#include "http/text.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <memory>
#include <mutex>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::http {

namespace {

/// `/a/b` of `a//b/`.
std::string normal(const std::string& path) {
  std::string out;
  for (auto part : split(path, '/'))
    if (!part.empty())
      out.append("/").append(part);
  return out;
}

std::string without_trailing_slash(std::string path) {
  while (path.size() > 1 && path.ends_with('/'))
    path.pop_back();
  return path;
}

std::optional<std::string> canonical(const std::string& path) {
  std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  return real ? std::optional<std::string>(real.get()) : std::nullopt;
}

bool within(const std::string& path, const std::string& root) {
  return path == root ||
         (path.starts_with(root) && (root.ends_with('/') || path[root.size()] == '/'));
}

file_problem problem_of(int code, const std::string& path) {
  switch (code) {
  case ENOENT:
  case ENOTDIR:
    return {404, ""};
  case EACCES:
  case EPERM:
    return {403, ""};
  case ELOOP:
  case ENAMETOOLONG:
    return {400, "'" + path + "' is inaccessible.\n"};
  default:
    return {500, "Failed to open '" + path + "': " + std::strerror(code) + ".\n"};
  }
}

/// Opens `rest` below `root` without following any link; `rest` is canonical.
unique_fd open_below(const std::string& root, std::string_view rest) {
  constexpr int reading = O_RDONLY | O_NONBLOCK | O_NOCTTY;
  constexpr int passing = O_PATH | O_DIRECTORY;
  constexpr int always = O_CLOEXEC | O_NOFOLLOW;
  std::vector<std::string> parts;
  for (auto part : split(rest, '/'))
    if (!part.empty())
      parts.emplace_back(part);
  unique_fd fd(::open(root.c_str(), always | (parts.empty() ? reading : passing)));
  for (size_t i = 0; i < parts.size() && fd; ++i) {
    auto flags = i + 1 == parts.size() ? reading : passing;
    fd = unique_fd(::openat(fd.get(), parts[i].c_str(), always | flags));
  }
  return fd;
}

std::string user_name(uid_t id) {
  char buffer[1024];
  passwd entry{};
  passwd* found = nullptr;
  ::getpwuid_r(id, &entry, buffer, sizeof buffer, &found);
  return found ? found->pw_name : std::to_string(id);
}

std::string group_name(gid_t id) {
  char buffer[4096];
  group entry{};
  group* found = nullptr;
  ::getgrgid_r(id, &entry, buffer, sizeof buffer, &found);
  return found ? found->gr_name : std::to_string(id);
}

file_info describe(const std::string& path, const struct stat& st) {
  return {path,
          st.st_nlink,
          static_cast<uint64_t>(st.st_size),
          st.st_mtim.tv_sec,
          st.st_mode,
          user_name(st.st_uid),
          group_name(st.st_gid)};
}

struct close_folder {
  void operator()(DIR* d) const { ::closedir(d); }
};

/// A link is shown as what it points to, unless that lies outside: then as itself.
bool stat_entry(int folder, const char* name, const std::string& root, struct stat& st) {
  if (::fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
    return false;
  if (!S_ISLNK(st.st_mode))
    return true;
  auto target = canonical("/proc/self/fd/" + std::to_string(folder) + "/" + name);
  struct stat beyond {};
  if (target && within(*target, root) && ::lstat(target->c_str(), &beyond) == 0)
    st = beyond;
  return true;
}

} // namespace

std::optional<std::string> file_table::attach(const std::string& virtual_path,
                                              const std::string& real_path, access allowed) {
  auto real = canonical(real_path);
  if (!real)
    return "cannot attach '" + virtual_path + "': '" + real_path + "': " + std::strerror(errno);
  std::unique_lock lock(mutex_);
  attached_[normal(virtual_path)] = {std::move(*real), std::move(allowed), 0};
  return std::nullopt;
}

std::optional<std::string> file_table::attach_each(const std::string& virtual_path,
                                                   const std::string& real_path, std::size_t depth,
                                                   access allowed) {
  auto problem = attach(virtual_path, real_path, std::move(allowed));
  std::unique_lock lock(mutex_);
  if (!problem)
    attached_[normal(virtual_path)].depth = depth;
  return problem;
}

void file_table::detach(const std::string& virtual_path) {
  std::unique_lock lock(mutex_);
  attached_.erase(normal(virtual_path));
}

std::map<std::string, std::string> file_table::attachments() const {
  std::shared_lock lock(mutex_);
  std::map<std::string, std::string> all;
  for (const auto& [name, a] : attached_)
    all.emplace(name, a.real);
  return all;
}

file_result<file_table::place> file_table::locate(const std::string& path,
                                                  const std::string& principal) const {
  auto wanted = normal(path);
  if (wanted.find('\0') != wanted.npos)
    return file_problem{400, "a path has no NUL in it.\n"};
  attachment hit;
  std::string rest;
  {
    std::shared_lock lock(mutex_);
    auto prefix = wanted;
    auto i = attached_.find(prefix);
    while (i == attached_.end() && !prefix.empty()) {
      prefix.resize(prefix.rfind('/'));
      i = attached_.find(prefix);
    }
    if (i == attached_.end())
      return file_problem{404, ""};
    hit = i->second;
    rest = wanted.substr(prefix.size());
  }
  if (hit.allowed && !hit.allowed(principal))
    return file_problem{403, ""};
  if (hit.depth == 0)
    return place{std::move(hit.real), std::move(rest)};
  return descend(hit, rest);
}

/// The folder that the first components of `rest` choose becomes the root of what can be seen.
file_result<file_table::place> file_table::descend(const attachment& from, std::string_view rest) {
  std::size_t end = 0;
  for (std::size_t level = 0; level < from.depth; ++level) {
    const auto begin = end + 1;
    if (begin >= rest.size())
      return file_problem{404, ""};
    end = std::min(rest.find('/', begin), rest.size());
    const auto part = rest.substr(begin, end - begin);
    if (part == "." || part == "..")
      return file_problem{404, ""};
  }
  auto root = canonical(from.real + std::string(rest.substr(0, end)));
  if (!root || !within(*root, from.real))
    return file_problem{404, ""};
  return place{std::move(*root), std::string(rest.substr(end))};
}

file_result<file_table::found> file_table::find(const std::string& path,
                                                const std::string& principal) const {
  auto located = locate(path, principal);
  if (auto problem = std::get_if<file_problem>(&located))
    return std::move(*problem);
  const auto& [root, rest] = std::get<place>(located);
  auto real = canonical(root + rest);
  if (!real)
    return problem_of(errno, path);
  if (!within(*real, root))
    return file_problem{400, "'" + path + "' is inaccessible.\n"};
  auto fd = open_below(root, std::string_view(*real).substr(root.size()));
  if (!fd)
    return problem_of(errno, path);
  return found{std::move(fd), root};
}

file_result<unique_fd> file_table::open(const std::string& path,
                                        const std::string& principal) const {
  auto opened = find(path, principal);
  if (auto problem = std::get_if<file_problem>(&opened))
    return std::move(*problem);
  return std::move(std::get<found>(opened).fd);
}

file_result<std::vector<file_info>> file_table::list(const std::string& path,
                                                     const std::string& principal) const {
  auto opened = find(path, principal);
  if (auto problem = std::get_if<file_problem>(&opened))
    return std::move(*problem);
  auto& [fd, root] = std::get<found>(opened);
  struct stat st {};
  if (::fstat(fd.get(), &st) != 0)
    return problem_of(errno, path);
  std::vector<file_info> entries;
  if (!S_ISDIR(st.st_mode))
    return entries;
  std::unique_ptr<DIR, close_folder> folder(::fdopendir(fd.get()));
  if (!folder)
    return problem_of(errno, path);
  fd.release(); // belongs to `folder` now
  auto base = without_trailing_slash(path);
  while (auto entry = ::readdir(folder.get())) {
    std::string_view name = entry->d_name;
    if (name != "." && name != ".." && stat_entry(::dirfd(folder.get()), entry->d_name, root, st))
      entries.push_back(describe((base == "/" ? "" : base) + "/" + entry->d_name, st));
  }
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  return entries;
}

file_result<file_table::slice> file_table::read(const std::string& path, uint64_t offset,
                                                uint64_t length,
                                                const std::string& principal) const {
  auto opened = open(path, principal);
  if (auto problem = std::get_if<file_problem>(&opened))
    return std::move(*problem);
  auto fd = std::get<unique_fd>(opened).get();
  struct stat st {};
  if (::fstat(fd, &st) != 0)
    return problem_of(errno, path);
  if (S_ISDIR(st.st_mode))
    return file_problem{400, "Cannot read a directory.\n"};
  if (!S_ISREG(st.st_mode))
    return file_problem{400, "Cannot read what is no regular file.\n"};
  slice out;
  out.size = static_cast<uint64_t>(st.st_size);
  out.data.resize(offset < out.size ? std::min(length, out.size - offset) : 0);
  size_t have = 0;
  while (have < out.data.size()) {
    auto n = ::pread(fd, out.data.data() + have, out.data.size() - have,
                     static_cast<off_t>(offset + have));
    if (n < 0)
      return problem_of(errno, path);
    if (n == 0)
      break; // cut meanwhile
    have += static_cast<size_t>(n);
  }
  out.data.resize(have);
  return out;
}

} // namespace troupe::http
