#include "isolators/sandbox.hpp"

#include "isolators/file_descriptor.hpp"
#include "isolators/files.hpp"

#include <cerrno>
#include <fcntl.h>
#include <initializer_list>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace troupe::isolators {
namespace {

using named_id = std::pair<const char*, const std::string*>;

std::optional<failure> check_ids(std::initializer_list<named_id> ids) {
  for (const auto& [kind, id] : ids) {
    if (auto why = check_id(*id))
      return failure{std::string(kind) + " id '" + *id + "' cannot name a folder: " + *why};
  }
  return std::nullopt;
}

outcome<std::vector<std::string>> parts_below(const std::string& base, const std::string& path) {
  if (!path.starts_with(base + '/'))
    return failure{"sandbox '" + path + "' does not lie below '" + base + "'"};
  std::vector<std::string> parts;
  for (std::size_t at = base.size() + 1; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    parts.push_back(path.substr(at, end - at));
    at = end + 1;
    if (parts.back().empty() || parts.back() == "." || parts.back() == "..")
      return failure{"sandbox '" + path + "' is not a plain path"};
  }
  return parts;
}

outcome<file_descriptor> enter(const file_descriptor& above, const std::string& name, mode_t mode,
                               const std::string& path) {
  if (::mkdirat(above.get(), name.c_str(), mode) != 0 && errno != EEXIST)
    return system_failure("make the folder", path);
  file_descriptor inside(
      ::openat(above.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!inside)
    return system_failure("enter the folder", path);
  return inside;
}

/// Readers find the old run or the new one, never none.
std::optional<failure> turn_latest(const file_descriptor& runs, const std::string& name,
                                   const std::string& path) {
  const std::string temporary = ".latest-" + name;
  ::unlinkat(runs.get(), temporary.c_str(), 0);
  if (::symlinkat(name.c_str(), runs.get(), temporary.c_str()) != 0 ||
      ::renameat(runs.get(), temporary.c_str(), runs.get(), "latest") != 0)
    return system_failure("turn the link 'latest' to", path);
  return std::nullopt;
}

} // namespace

outcome<std::string> executor_sandbox(const std::string& work_dir, const agent_id& agent,
                                      const framework_id& framework, const executor_id& executor,
                                      const container_id& container) {
  if (auto bad = check_ids({{"agent", &agent.value()},
                            {"framework", &framework.value()},
                            {"executor", &executor.value()},
                            {"container", &container.value()}}))
    return *bad;
  return work_dir + "/slaves/" + agent.value() + "/frameworks/" + framework.value() +
         "/executors/" + executor.value() + "/runs/" + container.value();
}

outcome<std::string> nested_sandbox(const std::string& parent, const std::string& child) {
  if (auto bad = check_ids({{"container", &child}}))
    return *bad;
  return parent + "/containers/" + child;
}

outcome<std::string> standalone_sandbox(const std::string& work_dir,
                                        const container_id& container) {
  return nested_sandbox(work_dir, container.value());
}

std::optional<failure> create_sandbox(const std::string& work_dir, const std::string& path,
                                      const user_identity& user) {
  const auto parts = parts_below(work_dir, path);
  if (!parts)
    return failure{parts.error()};
  file_descriptor above(::open(work_dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!above)
    return system_failure("enter the folder", work_dir);
  for (std::size_t i = 0; i + 1 < parts->size(); ++i) {
    auto inside = enter(above, (*parts)[i], 0755, path);
    if (!inside)
      return failure{inside.error()};
    above = *std::move(inside);
  }
  const auto sandbox = enter(above, parts->back(), 0750, path);
  if (!sandbox)
    return failure{sandbox.error()};
  if (::fchmod(sandbox->get(), 0750) != 0)
    return system_failure("set the mode of", path);
  if (::geteuid() == 0 && ::fchown(sandbox->get(), user.uid, user.gid) != 0)
    return system_failure("give '" + user.name + "' the folder", path);
  if (parts->size() > 1 && (*parts)[parts->size() - 2] == "runs")
    return turn_latest(above, parts->back(), path);
  return std::nullopt;
}

} // namespace troupe::isolators
