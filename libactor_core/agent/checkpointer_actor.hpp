/// The checkpointer on a real disk. Blocking: spawn it detached.
///
/// Requests that wait together share their synchronisation (group commit): each is carried out at
/// once, and all are confirmed, in order, after the files and folders they touched were
/// synchronised. The first failure is answered with an error that names the operation, the path and
/// the reason; from then on everything is refused, since an order with a hole in it is no order.
#pragma once

#include "agent/meta_store.hpp"
#include "protocol/checkpoint.hpp"

#include <memory>
#include <vector>

namespace troupe::agent {

/// Internal: confirm what was carried out since the last time.
struct commit_checkpoints {};

/// `checkpointer_actor` plus its note to itself.
using checkpointer_self_actor = checkpointer_actor::extend<caf::reacts_to<commit_checkpoints>>;

struct checkpointer_state {
  const char* name = "checkpointer";
  std::unique_ptr<meta_store> store;
  std::vector<caf::typed_response_promise<checkpoint_done>> waiting;
};

/// `sys.spawn<caf::detached>(checkpointer, work_dir + "/meta")`; the folder is made when missing.
checkpointer_self_actor::behavior_type
checkpointer(checkpointer_self_actor::stateful_pointer<checkpointer_state> self,
             std::string directory);

} // namespace troupe::agent

TROUPE_MESSAGE(troupe::agent::commit_checkpoints)
