/// Resources whose form an agent has to remember: what was reserved while it ran, and persistent
/// volumes. All else follows from its flags.
#pragma once

#include "model/outcome.hpp"
#include "model/resources.hpp"

#include <string>

namespace troupe {

/// Dynamically reserved, or a persistent volume.
bool is_checkpointed(const resource& item);

/// The entries that have to be remembered.
resources checkpointed_part(const resources& items);

/// The disk that a persistent volume was made of, still reserved as it is.
resource without_volume(resource item);

/// What the agent's flags say of it: no volume and no dynamic reservation; static ones stay.
resource configured_form(resource item);

/// The configured resources with the remembered ones in place of what they are made of. Refused
/// when one of them is not part of what is configured.
outcome<resources> with_checkpointed(resources configured, const resources& remembered);

/// Where a persistent volume lies: `<work_dir>/volumes/roles/<role, '/' as ' '>/<id>`, likewise
/// below the root of a PATH disk, or the root of a MOUNT disk itself. A relative root starts at the
/// work directory.
std::string volume_path(const std::string& work_dir, const resource& volume);

} // namespace troupe
