/// The agent's flags about containers, apart from the rest because they are so many.
#pragma once

#include "runtime/flags.hpp"

namespace troupe {

/// Isolation, images, cgroups, Docker, container networks, disks and devices.
std::vector<flag_group> container_flag_groups();

} // namespace troupe
