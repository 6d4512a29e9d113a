/// Persistent volumes in a sandbox without mounts: links to where the volumes lie.
#pragma once

#include "model/outcome.hpp"
#include "model/resources.hpp"

#include <map>
#include <optional>
#include <string>

namespace troupe::isolators {

struct volume_link {
  std::string target;  ///< absolute
  bool shared = false; ///< others may use it, too: its owner stays
  friend bool operator==(const volume_link&, const volume_link&) = default;
};

/// Path in the sandbox → volume. Two volumes at one path, or a path that is absolute or leads out, are
/// failures.
using volume_links = std::map<std::string, volume_link>;
[[nodiscard]] outcome<volume_links> plan_volume_links(const std::string& work_dir,
                                                      const resources& limits);

/// Turn a sandbox with the links `before` into one with `after`. New volumes are given to the sandbox's
/// owner. Blocks.
[[nodiscard]] std::optional<failure> change_volume_links(const std::string& sandbox,
                                                         const volume_links& before,
                                                         const volume_links& after);

} // namespace troupe::isolators
