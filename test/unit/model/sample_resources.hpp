/// Resources for tests: named samples and seeded random bags.
#pragma once

#include "model/resource_text.hpp"

#include <random>

namespace troupe::samples {

/// Parses a text that is known to be good.
inline resources bag(std::string_view text) {
  return *parse_resources(text);
}

inline resource disk(double megabytes, disk_info info) {
  auto item = make_scalar("disk", megabytes);
  item.disk = std::move(info);
  return item;
}

inline resource mount_disk(double megabytes, std::string root) {
  disk_info info;
  info.source = disk_source{disk_source_type::mount, std::move(root), {}, {}, {}, {}};
  return disk(megabytes, std::move(info));
}

inline resource csi_disk(disk_source_type type, double megabytes, std::optional<std::string> id) {
  disk_info info;
  info.source = disk_source{type, {}, std::move(id), "fast", "acme", {}};
  return disk(megabytes, std::move(info));
}

inline resource volume(double megabytes, std::string id, bool shared = false) {
  disk_info info;
  info.persistence = persistence{std::move(id), "alice"};
  info.volume = disk_volume{"data", volume_mode::read_write, {}};
  auto item = disk(megabytes, std::move(info));
  item.reservations.push_back({reservation_type::dynamic, "web", "alice", {}});
  item.shared = shared;
  return item;
}

/// One random resource out of few identities, so that bags overlap often.
inline resource any_resource(std::mt19937_64& random) {
  auto pick = [&](std::uint64_t n) { return random() % n; };
  auto amount = static_cast<double>(1 + pick(4000)) / 1000.0;
  resource item;
  switch (pick(8)) {
  case 0:
    item = make_scalar("cpus", amount);
    break;
  case 1:
    item = make_scalar("mem", amount * 1000);
    break;
  case 2: {
    auto begin = pick(40);
    item = make_ranges("ports", {{begin, begin + pick(6)}});
    break;
  }
  case 3:
    item.name = "tags";
    item.value = string_set{std::string(1, static_cast<char>('a' + pick(6)))};
    break;
  case 4:
    return mount_disk(100, pick(2) == 0 ? "/mnt/a" : "/mnt/b");
  case 5:
    return volume(10, pick(2) == 0 ? "v1" : "v2", true);
  case 6:
    return csi_disk(disk_source_type::raw, amount,
                    pick(2) == 0 ? std::nullopt : std::optional("7"));
  default:
    item = make_scalar("disk", amount * 10);
    break;
  }
  if (pick(3) == 0)
    item.reservations.push_back({reservation_type::fixed, pick(2) == 0 ? "web" : "ops", {}, {}});
  item.revocable = pick(4) == 0;
  if (pick(3) == 0)
    item.allocation_role = "web";
  return item;
}

inline resources any_bag(std::mt19937_64& random, std::size_t at_most = 12) {
  resources result;
  for (auto n = random() % (at_most + 1); n > 0; --n)
    result.add(any_resource(random));
  return result;
}

/// Random bags that have no range or set element twice, for which addition is lossless.
inline resources without_elements(const resources& bag) {
  return bag.filter([](const resource& x) { return x.is_scalar(); });
}

} // namespace troupe::samples
