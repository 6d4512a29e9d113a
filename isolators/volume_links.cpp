#include "isolators/volume_links.hpp"

#include "isolators/beneath.hpp"
#include "isolators/files.hpp"
#include "isolators/user.hpp"
#include "model/checkpointed.hpp"

#include <cerrno>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::isolators {
namespace {

namespace fs = std::filesystem;

std::optional<failure> give(const std::string& path, const struct stat& owner) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0)
    return system_failure("find the persistent volume", path);
  if (!S_ISDIR(info.st_mode))
    return failure{"persistent volume '" + path + "' is not a folder"};
  if (::geteuid() != 0 || (info.st_uid == owner.st_uid && info.st_gid == owner.st_gid))
    return std::nullopt;
  if (::chown(path.c_str(), owner.st_uid, owner.st_gid) != 0)
    return system_failure("give away the volume", path);
  std::error_code error;
  for (fs::recursive_directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    if (::lchown(entry->path().c_str(), owner.st_uid, owner.st_gid) != 0 && errno != ENOENT)
      return system_failure("give away the volume's", entry->path().string());
  }
  if (error)
    return failure{"cannot give away the volume '" + path + "': " + error.message()};
  return std::nullopt;
}

} // namespace

outcome<volume_links> plan_volume_links(const std::string& work_dir, const resources& limits) {
  volume_links result;
  for (const auto& item : limits.persistent_volumes()) {
    const auto& volume = item.disk->volume;
    if (!volume)
      continue;
    const std::string& wanted = volume->container_path;
    if (wanted.starts_with('/'))
      return failure{"container path '" + wanted +
                     "' of a persistent volume is absolute; filesystem/posix takes relative ones"};
    const auto path = tidy_relative_path(wanted);
    if (!path)
      return failure{path.error()};
    const volume_link link{volume_path(work_dir, item), item.shared};
    const auto [at, added] = result.emplace(*path, link);
    if (!added && at->second != link)
      return failure{"two persistent volumes want the container path '" + *path + "'"};
  }
  return result;
}

std::optional<failure> change_volume_links(const std::string& sandbox, const volume_links& before,
                                           const volume_links& after) {
  struct stat owner {};
  if (::stat(sandbox.c_str(), &owner) != 0)
    return system_failure("find the sandbox", sandbox);
  for (const auto& [path, link] : after) {
    if (before.contains(path) && before.at(path) == link)
      continue;
    if (link.shared)
      continue;
    if (auto bad = give(link.target, owner))
      return bad;
  }
  // The sandbox is its owner's to arrange; so what happens in it happens with the owner's rights.
  const file_access_as rights({"", owner.st_uid, owner.st_gid, {owner.st_gid}});
  const auto inside = folder::open(sandbox);
  if (!inside)
    return failure{inside.error()};
  for (const auto& [path, link] : before) {
    if (!after.contains(path)) {
      if (auto bad = inside->remove_link(path))
        return bad;
    }
  }
  for (const auto& [path, link] : after) {
    if (before.contains(path) && before.at(path) == link)
      continue;
    if (auto bad = inside->create_link(link.target, path))
      return bad;
  }
  return std::nullopt;
}

} // namespace troupe::isolators
