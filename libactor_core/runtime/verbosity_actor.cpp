#include "runtime/verbosity_actor.hpp"

#include <caf/all.hpp>

namespace troupe {

verbosity_actor::behavior_type verbosity(verbosity_actor::stateful_pointer<verbosity_state> self,
                                         log_level usual) {
  return {
      [=](const raise_verbosity& request) {
        auto epoch = ++self->state.epoch;
        bool raised = request.duration.count() > 0;
        set_log_level(raised ? log_level::debug : usual);
        if (raised)
          self->delayed_send(self, request.duration, end_verbosity{epoch});
        return verbosity_raised{};
      },
      [=](const end_verbosity& end) {
        if (end.epoch == self->state.epoch)
          set_log_level(usual);
      },
  };
}

} // namespace troupe
