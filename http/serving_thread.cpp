#include "http/serving_thread.hpp"

#include "runtime/logging.hpp"

#include <cerrno>
#include <cstring>
#include <sys/resource.h>
#include <unistd.h>

namespace troupe::http {

void yield_to_actors(int nice) {
  // On Linux this concerns the one thread.
  const auto thread = static_cast<id_t>(::gettid());
  if (nice > 0 && ::setpriority(PRIO_PROCESS, thread, nice) != 0)
    log_warning("a thread of the HTTP server keeps its priority",
                {{"reason", std::strerror(errno)}});
}

} // namespace troupe::http
