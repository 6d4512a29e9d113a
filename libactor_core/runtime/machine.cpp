#include "runtime/machine.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

namespace troupe {

namespace {

constexpr std::uint64_t mb = 1024 * 1024;
constexpr std::uint64_t gb = 1024 * mb;

std::string to_text(const in_addr& address) {
  char text[INET_ADDRSTRLEN] = {};
  inet_ntop(AF_INET, &address, text, sizeof text);
  return text;
}

bool is_loopback(const in_addr& address) {
  return (ntohl(address.s_addr) >> 24) == 127;
}

std::string own_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
}

/// The address of `name` that is not loopback; empty if there is none.
std::string look_up(const std::string& name) {
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(name.c_str(), nullptr, &hints, &found) != 0)
    return {};
  std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  for (auto* each = found; each; each = each->ai_next) {
    const auto& address = reinterpret_cast<const sockaddr_in*>(each->ai_addr)->sin_addr;
    if (!is_loopback(address))
      return to_text(address);
  }
  return {};
}

/// The address of the first network that is up; empty if there is none.
std::string first_network() {
  ifaddrs* found = nullptr;
  if (getifaddrs(&found) != 0)
    return {};
  std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(found, freeifaddrs);
  for (auto* each = found; each; each = each->ifa_next) {
    if (!each->ifa_addr || each->ifa_addr->sa_family != AF_INET || !(each->ifa_flags & IFF_UP))
      continue;
    const auto& address = reinterpret_cast<const sockaddr_in*>(each->ifa_addr)->sin_addr;
    if (!is_loopback(address))
      return to_text(address);
  }
  return {};
}

} // namespace

unsigned cpu_count() {
  auto count = sysconf(_SC_NPROCESSORS_ONLN);
  return count < 1 ? 1 : static_cast<unsigned>(count);
}

memory_size machine_memory() {
  struct sysinfo info {};
  if (sysinfo(&info) != 0)
    return {};
  return {info.totalram * info.mem_unit, info.freeram * info.mem_unit};
}

load load_average() {
  double loads[3] = {};
  if (getloadavg(loads, 3) != 3)
    return {};
  return {loads[0], loads[1], loads[2]};
}

outcome<std::string> boot_id() {
  constexpr auto path = "/proc/sys/kernel/random/boot_id";
  std::ifstream file(path);
  std::string id;
  if (!(file >> id))
    return failure{std::string("cannot read the boot id from ") + path};
  return id;
}

outcome<std::uint64_t> file_system_size(const std::string& path) {
  auto place = std::filesystem::absolute(path).lexically_normal();
  std::error_code ignored;
  while (!std::filesystem::exists(place, ignored) && place != place.parent_path())
    place = place.parent_path();
  struct statvfs info {};
  if (statvfs(place.c_str(), &info) != 0)
    return failure{"cannot read the disk size of " + place.string() + ": " + std::strerror(errno)};
  return std::uint64_t{info.f_blocks} * info.f_frsize;
}

std::string machine_address() {
  auto address = look_up(own_name());
  if (address.empty())
    address = first_network();
  return address.empty() ? "127.0.0.1" : address;
}

std::string name_of_address(const std::string& ip) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  char name[NI_MAXHOST] = {};
  if (inet_pton(AF_INET, ip.c_str(), &address.sin_addr) != 1 ||
      getnameinfo(reinterpret_cast<const sockaddr*>(&address), sizeof address, name, sizeof name,
                  nullptr, 0, NI_NAMEREQD) != 0)
    return ip;
  return name;
}

std::uint64_t default_memory(std::uint64_t total_bytes) {
  if (total_bytes == 0)
    return gb / mb;
  return (total_bytes >= 2 * gb ? total_bytes - gb : total_bytes / 2) / mb;
}

std::uint64_t default_disk(std::uint64_t total_bytes) {
  if (total_bytes == 0)
    return 10 * gb / mb;
  return (total_bytes >= 10 * gb ? total_bytes - 5 * gb : total_bytes / 2) / mb;
}

default_resources detect_resources(const std::string& work_dir) {
  default_resources result;
  result.cpus = cpu_count();
  result.mem = default_memory(machine_memory().total);
  auto disk = file_system_size(work_dir);
  result.disk = default_disk(disk ? *disk : 0);
  return result;
}

} // namespace troupe
