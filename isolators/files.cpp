#include "isolators/files.hpp"

#include "isolators/file_descriptor.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::isolators {
namespace {

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t done = ::write(fd, content.data(), content.size());
    if (done < 0 && errno == EINTR)
      continue;
    if (done < 0)
      return false;
    content.remove_prefix(static_cast<std::size_t>(done));
  }
  return true;
}

} // namespace

failure system_failure(std::string_view what, std::string_view path) {
  const int error = errno;
  std::string text = "cannot ";
  text.append(what).append(" '").append(path).append("': ").append(std::strerror(error));
  return failure{std::move(text)};
}

outcome<std::string> read_file(const std::string& path, std::size_t limit) {
  const file_descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file)
    return system_failure("read", path);
  std::string content;
  char block[4096];
  while (content.size() < limit) {
    const ssize_t got = ::read(file.get(), block, sizeof block);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return system_failure("read", path);
    if (got == 0)
      break;
    content.append(block, static_cast<std::size_t>(got));
  }
  if (content.size() > limit)
    content.resize(limit);
  return content;
}

std::optional<failure> write_file(const std::string& path, std::string_view content) {
  const std::string temporary = path + ".tmp";
  const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW;
  file_descriptor file(::open(temporary.c_str(), flags, 0644));
  if (!file)
    return system_failure("write", temporary);
  if (!write_all(file.get(), content))
    return system_failure("write", temporary);
  file.reset();
  if (::rename(temporary.c_str(), path.c_str()) != 0)
    return system_failure("put in place", path);
  return std::nullopt;
}

std::optional<failure> make_directories(const std::string& path, mode_t mode) {
  for (std::size_t at = path.find('/', 1);; at = path.find('/', at + 1)) {
    const std::string part = path.substr(0, at);
    if (::mkdir(part.c_str(), mode) != 0 && errno != EEXIST)
      return system_failure("make the folder", part);
    if (at == std::string::npos)
      break;
  }
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0)
    return system_failure("make the folder", path);
  if (!S_ISDIR(info.st_mode)) {
    errno = ENOTDIR;
    return system_failure("make the folder", path);
  }
  return std::nullopt;
}

std::optional<failure> remove_all(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error)
    return failure{"cannot remove '" + path + "': " + error.message()};
  return std::nullopt;
}

} // namespace troupe::isolators
