#include "agent/meta_store.hpp"

#include "runtime/logging.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::agent {

namespace fs = std::filesystem;

namespace {

const std::string temporary_suffix = ".tmp";

/// 0 or the errno.
int write_all(int fd, const std::string& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const auto n = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return errno;
    done += static_cast<std::size_t>(n);
  }
  return 0;
}

int sync_folder(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return errno == ENOENT ? 0 : errno; // removed since
  const int error = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  return error;
}

} // namespace

meta_store::meta_store(std::string directory)
    : directory_(std::move(directory)) {}

meta_store::~meta_store() {
  for (const auto& [path, file] : files_)
    ::close(file.fd);
}

meta_store::problem meta_store::fail(const std::string& what, const std::string& path, int error) {
  broken_ = "cannot " + what + " " + path + ": " + std::strerror(error);
  return broken_;
}

meta_store::problem meta_store::read_all(checkpoint_files& out) {
  if (broken_)
    return broken_;
  std::error_code ec;
  fs::create_directories(directory_, ec);
  if (ec)
    return fail("create", directory_, ec.value());
  std::vector<fs::path> garbage;
  for (fs::recursive_directory_iterator i{directory_, ec}, end; !ec && i != end; i.increment(ec)) {
    if (!i->is_regular_file())
      continue;
    if (i->path().extension() == temporary_suffix) {
      garbage.push_back(i->path());
      continue;
    }
    std::ifstream file{i->path(), std::ios::binary};
    std::string bytes{std::istreambuf_iterator<char>{file}, {}};
    if (!file)
      return fail("read", i->path().string(), errno);
    out.emplace_back(i->path().lexically_relative(directory_).string(), std::move(bytes));
  }
  if (ec)
    return fail("list", directory_, ec.value());
  for (const auto& path : garbage)
    if (!fs::remove(path, ec) && ec)
      return fail("remove", path.string(), ec.value());
  std::sort(out.begin(), out.end());
  return {};
}

meta_store::problem meta_store::make_parents(const std::string& path) {
  return make_folder(fs::path{absolute(path)}.parent_path().string());
}

/// Makes missing folders, from the top, and notes the folders that got entries.
meta_store::problem meta_store::make_folder(const std::string& absolute_path) {
  std::vector<std::string> missing;
  for (fs::path dir{absolute_path}; ::access(dir.c_str(), F_OK) != 0; dir = dir.parent_path())
    missing.push_back(dir.string());
  for (auto dir = missing.rbegin(); dir != missing.rend(); ++dir) {
    if (::mkdir(dir->c_str(), 0755) != 0 && errno != EEXIST)
      return fail("create", *dir, errno);
    folders_.insert(fs::path{*dir}.parent_path().string());
  }
  return {};
}

meta_store::problem meta_store::write(const std::string& path, const std::string& bytes) {
  if (broken_)
    return broken_;
  if (files_.contains(path))
    if (auto why = commit())
      return why;
  if (auto why = make_parents(path))
    return why;
  pending_file file;
  file.temporary = absolute(path) + temporary_suffix;
  file.fd = ::open(file.temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file.fd < 0)
    return fail("write", path, errno);
  const int error = write_all(file.fd, bytes);
  files_[path] = std::move(file);
  if (error != 0)
    return fail("write", path, error);
  return {};
}

meta_store::problem meta_store::append(const std::string& path, const std::string& bytes) {
  if (broken_)
    return broken_;
  auto found = files_.find(path);
  // What is appended to must be the file itself, not the one that will take its place.
  if (found != files_.end() && !found->second.temporary.empty()) {
    if (auto why = commit())
      return why;
    found = files_.end();
  }
  if (found == files_.end()) {
    if (auto why = make_parents(path))
      return why;
    const bool fresh = ::access(absolute(path).c_str(), F_OK) != 0;
    pending_file file;
    file.fd = ::open(absolute(path).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file.fd < 0)
      return fail("append to", path, errno);
    if (fresh)
      folders_.insert(fs::path{absolute(path)}.parent_path().string());
    found = files_.emplace(path, std::move(file)).first;
  }
  if (const int error = write_all(found->second.fd, bytes))
    return fail("append to", path, error);
  return {};
}

/// Forgets open files at or below `path`; they are about to go.
void meta_store::close_below(const std::string& path) {
  const auto prefix = path + "/";
  for (auto i = files_.begin(); i != files_.end();) {
    if (i->first == path || i->first.compare(0, prefix.size(), prefix) == 0) {
      ::close(i->second.fd);
      if (!i->second.temporary.empty())
        ::unlink(i->second.temporary.c_str());
      i = files_.erase(i);
    } else {
      ++i;
    }
  }
}

meta_store::problem meta_store::remove(const std::string& path) {
  if (broken_)
    return broken_;
  close_below(path);
  std::error_code ec;
  const auto removed = fs::remove_all(absolute(path), ec);
  if (ec)
    return fail("remove", path, ec.value());
  if (removed > 0)
    folders_.insert(fs::path{absolute(path)}.parent_path().string());
  return {};
}

meta_store::problem meta_store::change(const change_volumes& volumes) {
  if (auto why = commit())
    return why;
  for (const auto& path : volumes.made)
    if (auto why = make_folder(path))
      return why;
  // Data that nobody can reach any more is a nuisance; an agent that stops for it would be worse.
  const auto kept = [](const std::string& path, const std::error_code& why) {
    log_error("a destroyed volume is still there", {{"path", path}, {"why", why.message()}});
  };
  std::error_code ec;
  for (const auto& path : volumes.removed) {
    fs::remove_all(path, ec);
    if (ec)
      kept(path, ec);
    folders_.insert(fs::path{path}.parent_path().string());
  }
  for (const auto& path : volumes.emptied) {
    for (fs::directory_iterator i{path, ec}, end; !ec && i != end; i.increment(ec))
      if (std::error_code why; fs::remove_all(i->path(), why), why)
        kept(i->path().string(), why);
    if (ec)
      kept(path, ec);
  }
  return {};
}

meta_store::problem meta_store::commit() {
  if (broken_)
    return broken_;
  for (auto& [path, file] : std::exchange(files_, {})) {
    const int error = ::fsync(file.fd) == 0 ? 0 : errno;
    ::close(file.fd);
    if (error != 0 && !broken_)
      fail("synchronise", path, error);
    if (broken_ || file.temporary.empty())
      continue;
    if (::rename(file.temporary.c_str(), absolute(path).c_str()) != 0)
      fail("rename", path, errno);
    folders_.insert(fs::path{absolute(path)}.parent_path().string());
  }
  for (const auto& folder : std::exchange(folders_, {}))
    if (const int error = broken_ ? 0 : sync_folder(folder))
      fail("synchronise", folder, error);
  return broken_;
}

} // namespace troupe::agent
