#include "isolators/container_life.hpp"

namespace troupe::isolators {

using phase = container_phase;
using event = container_event;

std::string_view to_string(container_phase x) {
  switch (x) {
  case phase::preparing:
    return "preparing";
  case phase::fetching:
    return "fetching";
  case phase::creating:
    return "creating";
  case phase::isolating:
    return "isolating";
  case phase::starting:
    return "starting";
  case phase::running:
    return "running";
  case phase::unwinding:
    return "unwinding";
  case phase::killing:
    return "killing";
  case phase::cleaning:
    return "cleaning";
  case phase::gone:
    return "gone";
  }
  return "unknown";
}

namespace {

/// The phases in which a step's answer is outstanding.
container_phase next_of_step(container_phase now, container_event what, container_phase done) {
  switch (what) {
  case event::step_done:
    return done;
  case event::step_failed:
    return phase::killing;
  case event::destroy:
  case event::ended:
    return phase::unwinding;
  case event::started:
    return now;
  }
  return now;
}

} // namespace

container_phase next(container_phase now, container_event what) {
  switch (now) {
  case phase::preparing:
    return next_of_step(now, what, phase::fetching);
  case phase::fetching:
    return next_of_step(now, what, phase::creating);
  case phase::creating:
    return next_of_step(now, what, phase::isolating);
  case phase::isolating:
    return next_of_step(now, what, phase::starting);
  case phase::starting:
    if (what == event::started)
      return phase::running;
    [[fallthrough]];
  case phase::running:
    if (what == event::ended)
      return phase::cleaning;
    return what == event::destroy ? phase::killing : now;
  case phase::unwinding:
    return what == event::step_done || what == event::step_failed ? phase::killing : now;
  case phase::killing:
    return what == event::ended ? phase::cleaning : now;
  case phase::cleaning:
    return what == event::step_done ? phase::gone : now;
  case phase::gone:
    return now;
  }
  return now;
}

} // namespace troupe::isolators
