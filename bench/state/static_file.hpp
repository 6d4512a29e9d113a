/// What else serves so many bytes on this machine: nginx with a static file, and memcpy.
#pragma once

#include "bench/support/clients.hpp"

#include <optional>

namespace troupe::bench {

/// Milliseconds to copy `bytes` from one buffer to another; the best of several.
double copy_ms(std::size_t bytes);

/// The clients' load on a file of `bytes`, served by an nginx of our own (Debian's defaults: a
/// worker per core, sendfile). Nothing when nginx is not installed or does not start.
std::optional<load> nginx_load(std::size_t bytes, std::size_t clients,
                               std::chrono::milliseconds duration);

} // namespace troupe::bench
