#include "model/checkpointed.hpp"

#include "model/resource_text.hpp"

#include <algorithm>

namespace troupe {

bool is_checkpointed(const resource& item) {
  return item.is_dynamically_reserved() || item.is_persistent_volume();
}

resources checkpointed_part(const resources& items) {
  return items.filter([](const resource& x) { return is_checkpointed(x); });
}

resource without_volume(resource item) {
  item.shared = false;
  item.copies = 1;
  if (!item.disk)
    return item;
  auto disk = *item.disk;
  disk.persistence.reset();
  disk.volume.reset();
  if (disk.source)
    item.disk = std::move(disk);
  else
    item.disk.reset();
  return item;
}

resource configured_form(resource item) {
  item = without_volume(std::move(item));
  while (item.is_dynamically_reserved())
    item.reservations.pop_back();
  return item;
}

outcome<resources> with_checkpointed(resources configured, const resources& remembered) {
  for (const auto& item : remembered)
    if (!configured.subtract_if_contained(resources{configured_form(item)}))
      return failure{"checkpointed resource " + to_text(item) + " is not part of the resources " +
                     to_text(configured)};
  configured += remembered;
  return configured;
}

std::string volume_path(const std::string& work_dir, const resource& volume) {
  const auto& disk = *volume.disk;
  std::string base = work_dir;
  if (disk.source && disk.source->root) {
    const std::string& root = *disk.source->root;
    base = root.starts_with('/') ? root : work_dir + '/' + root;
  }
  if (volume.is_disk(disk_source_type::mount))
    return base;
  std::string role(volume.reservation_role());
  std::replace(role.begin(), role.end(), '/', ' ');
  return base + "/volumes/roles/" + role + '/' + disk.persistence->id;
}

} // namespace troupe
