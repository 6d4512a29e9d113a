/// The checkpointer writes the agent's memory to disk; what it confirms survives a crash of the process
/// and of the machine (fsync of file and folder). Blocking, so it lives in a detached actor; the simulation
/// has one in memory that loses what was not confirmed.
#pragma once

#include "protocol/base.hpp"

#include <utility>
#include <vector>

namespace troupe {

/// Replace a file whole (temporary file, fsync, rename). `path` is relative to the meta directory.
struct write_checkpoint {
  std::string path;
  std::string bytes;
};

/// Append to a file of records and fsync.
struct append_checkpoint {
  std::string path;
  std::string bytes;
};

/// Remove a file or a folder with all in it; a missing one is fine.
struct remove_checkpoint {
  std::string path;
};

/// Make and remove persistent volumes, after all that came before is durable. All paths are absolute. What
/// cannot be made is an error; what cannot be removed stays, with a line in the log.
struct change_volumes {
  std::vector<std::string> made;    ///< folders; one that is there already is fine
  std::vector<std::string> removed; ///< folders with all in them; a missing one is fine
  std::vector<std::string> emptied; ///< mount points: they stay, without what is in them
};

struct checkpoint_done {};

/// Every file below the meta directory, at start: path and content.
struct read_checkpoints {};
using checkpoint_files = std::vector<std::pair<std::string, std::string>>;

using checkpointer_actor =
    caf::typed_actor<caf::replies_to<write_checkpoint>::with<checkpoint_done>,
                     caf::replies_to<append_checkpoint>::with<checkpoint_done>,
                     caf::replies_to<remove_checkpoint>::with<checkpoint_done>,
                     caf::replies_to<change_volumes>::with<checkpoint_done>,
                     caf::replies_to<read_checkpoints>::with<shared<checkpoint_files>>>;

} // namespace troupe

TROUPE_MESSAGE(troupe::write_checkpoint)
TROUPE_MESSAGE(troupe::append_checkpoint)
TROUPE_MESSAGE(troupe::remove_checkpoint)
TROUPE_MESSAGE(troupe::change_volumes)
TROUPE_MESSAGE(troupe::checkpoint_done)
TROUPE_MESSAGE(troupe::read_checkpoints)
