#include "isolators/process_tree.hpp"

#include "isolators/files.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sched.h>
#include <set>
#include <unistd.h>

namespace troupe::isolators {
namespace {

constexpr std::size_t unassigned = static_cast<std::size_t>(-1);

/// `<pid>/stat` relative to the folder `/proc`.
std::optional<process_stat> read_stat_at(int proc, const char* pid) {
  char path[64];
  const std::size_t length = ::strlen(pid);
  if (length + 6 > sizeof path)
    return std::nullopt;
  ::memcpy(path, pid, length);
  ::memcpy(path + length, "/stat", 6);
  const file_descriptor file(::openat(proc, path, O_RDONLY | O_CLOEXEC));
  if (!file)
    return std::nullopt; // it ended since the folder was read
  char text[1024];
  const ssize_t got = ::read(file.get(), text, sizeof text);
  return got > 0 ? parse_stat({text, static_cast<std::size_t>(got)}) : std::nullopt;
}

/// Ask every process of a tree for its end in two steps, so that no fork slips through.
std::size_t stop_then_kill(const process_identity& root) {
  std::set<pid_t> stopped;
  for (bool grew = true; grew;) {
    grew = false;
    const auto tree = process_tree::snapshot();
    if (!tree)
      return 1;
    const process_stat* first = tree->find(root.pid);
    if (first != nullptr && first->start_time != root.start_time)
      return 0;
    for (const pid_t pid : tree->members(root.pid)) {
      if (stopped.insert(pid).second) {
        ::kill(pid, SIGSTOP);
        grew = true;
      }
    }
  }
  for (const pid_t pid : stopped)
    ::kill(pid, SIGKILL);
  return stopped.size();
}

} // namespace

process_tree::process_tree(std::vector<process_stat> processes)
    : processes_(std::move(processes)) {
  index_.reserve(processes_.size());
  for (std::size_t i = 0; i < processes_.size(); ++i)
    index_.emplace(processes_[i].pid, i);
}

outcome<process_tree> process_tree::snapshot() {
  const std::unique_ptr<DIR, int (*)(DIR*)> proc(::opendir("/proc"), ::closedir);
  if (proc == nullptr)
    return system_failure("list the processes in", "/proc");
  const int folder = ::dirfd(proc.get());
  std::vector<process_stat> processes;
  while (const dirent* entry = ::readdir(proc.get())) {
    if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
      continue;
    if (const auto stat = read_stat_at(folder, entry->d_name))
      processes.push_back(*stat);
  }
  return process_tree(std::move(processes));
}

const process_stat* process_tree::find(pid_t pid) const {
  const auto found = index_.find(pid);
  return found == index_.end() ? nullptr : &processes_[found->second];
}

std::vector<pid_t> process_tree::members(pid_t root) const {
  std::set<pid_t> inside{root};
  // A parent may stand behind its child, and a session leader below another: repeat until nothing is new.
  for (bool grew = true; grew;) {
    grew = false;
    for (const auto& process : processes_) {
      if (inside.contains(process.pid) || process.pid == ::getpid())
        continue;
      if (inside.contains(process.parent) || inside.contains(process.session) ||
          inside.contains(process.group)) {
        inside.insert(process.pid);
        grew = true;
      }
    }
  }
  std::vector<pid_t> result;
  for (const pid_t pid : inside) {
    const process_stat* process = find(pid);
    if (process != nullptr && !process->gone())
      result.push_back(pid);
  }
  return result;
}

std::vector<tree_usage> process_tree::usage(const std::vector<pid_t>& roots) const {
  std::unordered_map<pid_t, std::size_t> root_index;
  for (std::size_t i = 0; i < roots.size(); ++i)
    root_index.emplace(roots[i], i);
  std::vector<tree_usage> result(roots.size());
  const auto ticks = static_cast<double>(ticks_per_second());
  for (const auto& process : processes_) {
    std::size_t owner = unassigned;
    const process_stat* above = &process;
    // As deep as the tree of processes; a circle cannot be, but a pid reused while we read may pretend one.
    for (std::size_t depth = 0; above != nullptr && depth < processes_.size(); ++depth) {
      if (const auto found = root_index.find(above->pid); found != root_index.end()) {
        owner = found->second;
        break;
      }
      above = above->parent > 1 ? find(above->parent) : nullptr;
    }
    if (owner == unassigned) {
      const auto found = root_index.find(process.session);
      if (found == root_index.end())
        continue;
      owner = found->second;
    }
    tree_usage& sum = result[owner];
    sum.user_seconds += static_cast<double>(process.user_ticks) / ticks;
    sum.system_seconds += static_cast<double>(process.system_ticks) / ticks;
    sum.resident_bytes += process.resident_bytes;
    sum.processes += process.gone() ? 0 : 1;
    sum.threads += process.gone() ? 0 : process.threads;
  }
  return result;
}

std::optional<failure> kill_tree(const process_identity& root) {
  constexpr int rounds = 200;
  for (int round = 0; round < rounds; ++round) {
    if (stop_then_kill(root) == 0)
      return std::nullopt;
    ::sched_yield();
  }
  return failure{"processes of the tree of " + std::to_string(root.pid) + " survive being killed"};
}

} // namespace troupe::isolators
