#include "agent/sandbox_keeper.hpp"

#include "runtime/logging.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace troupe::agent {

namespace fs = std::filesystem;

namespace {

/// The folders one level below `dirs` called `name`, and theirs: `*/name/*`.
std::vector<fs::path> below(const std::vector<fs::path>& dirs, const char* name) {
  std::vector<fs::path> out;
  for (const auto& dir : dirs) {
    std::error_code ec;
    for (fs::directory_iterator i{dir / name, ec}, end; !ec && i != end; i.increment(ec))
      if (i->is_directory(ec) && !i->is_symlink(ec))
        out.push_back(i->path());
  }
  return out;
}

wall_time changed(const fs::path& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0)
    return {};
  return wall_time{std::chrono::seconds{info.st_mtim.tv_sec} +
                   std::chrono::nanoseconds{info.st_mtim.tv_nsec}};
}

/// Folders of executors, frameworks and agents that hold nothing any more.
void prune(const fs::path& dir) {
  std::error_code ec;
  for (fs::directory_iterator i{dir, ec}, end; !ec && i != end; i.increment(ec))
    if (i->is_directory(ec) && !i->is_symlink(ec) && dir.filename() != "runs") {
      prune(i->path());
      ::rmdir(i->path().c_str());
    }
}

shared<std::vector<found_sandbox>> list(const std::string& work_dir) {
  prune(fs::path{work_dir} / "slaves");
  std::vector<fs::path> dirs{fs::path{work_dir}};
  for (const char* name : {"slaves", "frameworks", "executors", "runs"})
    dirs = below(dirs, name);
  auto out = std::make_shared<std::vector<found_sandbox>>();
  for (const auto& dir : dirs)
    out->push_back({dir.string(), changed(dir)});
  return out;
}

/// A link that names the run, such as `latest`, goes with it.
void remove_links(const fs::path& run) {
  std::error_code ec;
  for (fs::directory_iterator i{run.parent_path(), ec}, end; !ec && i != end; i.increment(ec))
    if (i->is_symlink(ec) && fs::read_symlink(i->path(), ec).filename() == run.filename())
      fs::remove(i->path(), ec);
}

bool remove(const fs::path& work_dir, const fs::path& run) {
  const auto inside = run.lexically_normal().lexically_relative(work_dir.lexically_normal());
  if (inside.empty() || *inside.begin() == ".." || *inside.begin() == ".") {
    log_error("a sandbox outside of the work directory is not removed", {{"path", run.string()}});
    return false;
  }
  remove_links(run);
  std::error_code ec;
  fs::remove_all(run, ec);
  if (ec) {
    log_error("cannot remove sandbox", {{"path", run.string()}, {"why", ec.message()}});
    return false;
  }
  // The executor's own folders only: another executor may just be moving in beside it.
  const auto runs = run.parent_path();
  if (::rmdir(runs.c_str()) == 0)
    ::rmdir(runs.parent_path().c_str());
  return true;
}

} // namespace

sandbox_keeper_actor::behavior_type sandbox_keeper(sandbox_keeper_actor::pointer,
                                                   std::string work_dir) {
  return {
      [work_dir](const list_sandboxes&) { return list(work_dir); },
      [work_dir](const delete_sandbox& x) { return remove(work_dir, x.path); },
      [work_dir](const get_disk_usage&) -> caf::result<double> {
        struct statvfs info {};
        if (::statvfs(work_dir.c_str(), &info) != 0)
          return caf::make_error(caf::sec::runtime_error,
                                 "statvfs " + work_dir + ": " + std::strerror(errno));
        if (info.f_blocks == 0)
          return 0.0;
        return 1.0 - double(info.f_bavail) / double(info.f_blocks);
      },
  };
}

} // namespace troupe::agent
