#include "isolators/isolation_plan.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace troupe::isolators {
namespace {

/// Every isolation of Mesos 1.7 in its creation order, and whether it exists here.
struct known_isolation {
  const char* name;
  bool available;
};

constexpr known_isolation known[] = {
    {"filesystem/posix", true},    {"filesystem/linux", false},  {"filesystem/shared", false},
    {"posix/cpu", true},           {"posix/mem", true},          {"posix/rlimits", false},
    {"cgroups/all", false},        {"cgroups/blkio", false},     {"cgroups/cpu", false},
    {"cgroups/cpuset", false},     {"cgroups/devices", false},   {"cgroups/hugetlb", false},
    {"cgroups/mem", false},        {"cgroups/net_cls", false},   {"cgroups/net_prio", false},
    {"cgroups/perf_event", false}, {"cgroups/pids", false},      {"appc/runtime", false},
    {"docker/runtime", false},     {"linux/devices", false},     {"linux/capabilities", false},
    {"namespaces/ipc", false},     {"namespaces/pid", false},    {"volume/sandbox_path", false},
    {"docker/volume", false},      {"volume/host_path", false},  {"volume/image", false},
    {"volume/secret", false},      {"disk/du", false},           {"disk/xfs", false},
    {"gpu/nvidia", false},         {"network/cni", false},       {"network/port_mapping", false},
    {"network/ports", false},      {"environment_secret", true},
};

const std::map<std::string, std::vector<std::string>> old_names{
    {"process", {"posix/cpu", "posix/mem"}},
    {"cgroups", {"cgroups/cpu", "cgroups/mem"}},
    {"posix/disk", {"disk/du"}},
};

const known_isolation* find_known(const std::string& name) {
  const auto* found = std::find_if(std::begin(known), std::end(known),
                                   [&](const auto& one) { return name == one.name; });
  return found == std::end(known) ? nullptr : found;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text;
}

bool has_prefix(const std::set<std::string>& names, const std::string& prefix) {
  const auto found = names.lower_bound(prefix);
  return found != names.end() && found->starts_with(prefix);
}

} // namespace

std::vector<std::string> available_isolations() {
  std::vector<std::string> result;
  for (const auto& one : known) {
    if (one.available)
      result.emplace_back(one.name);
  }
  return result;
}

outcome<std::vector<std::string>> plan_isolation(const std::vector<std::string>& names) {
  std::set<std::string> given;
  std::set<std::string> wanted;
  std::vector<std::string> faults;
  for (const auto& name : names) {
    if (!given.insert(name).second)
      faults.push_back("'" + name + "' is named twice");
    if (const auto old = old_names.find(name); old != old_names.end())
      wanted.insert(old->second.begin(), old->second.end());
    else
      wanted.insert(name);
  }
  if (!has_prefix(wanted, "filesystem/"))
    wanted.insert("filesystem/posix");
  wanted.insert("environment_secret");

  int filesystems = 0;
  for (const auto& name : wanted) {
    const auto* one = find_known(name);
    if (one == nullptr)
      faults.push_back("'" + name + "' is unknown");
    else if (!one->available)
      faults.push_back("'" + name + "' is not available yet");
    filesystems += name.starts_with("filesystem/") ? 1 : 0;
  }
  if (filesystems > 1)
    faults.push_back("only one of filesystem/* can be used");
  if (!faults.empty())
    return failure{"--isolation: " + joined(faults) + "; available are " +
                   joined(available_isolations())};

  std::vector<std::string> result;
  for (const auto& one : known) {
    if (wanted.contains(one.name))
      result.emplace_back(one.name);
  }
  return result;
}

} // namespace troupe::isolators
