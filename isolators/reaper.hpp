/// Waits, on a thread of its own, until descriptors become readable, and tells the launcher.
#pragma once

#include "isolators/container_protocol.hpp"
#include "isolators/file_descriptor.hpp"

#include <caf/blocking_actor.hpp>

#include <cstdint>
#include <memory>
#include <optional>

namespace troupe::isolators {

/// An epoll set that one thread waits on while others add to it; the kernel keeps the order. A descriptor
/// that is closed leaves by itself.
class descriptor_set {
 public:
  [[nodiscard]] static outcome<std::shared_ptr<descriptor_set>> make();

  /// Report `token` (not 0) once, when `fd` has become readable.
  [[nodiscard]] std::optional<failure> watch(const file_descriptor& fd, std::uint64_t token) const;

  /// Let `wait` return the token 0 from now on.
  void stop() const;

  /// Block until something is ready; the tokens.
  std::vector<std::uint64_t> wait() const;

 private:
  file_descriptor epoll_;
  file_descriptor wake_;
};

/// Spawn detached. Ends when the set is stopped.
void reaper(caf::blocking_actor* self, std::shared_ptr<descriptor_set> set,
            launcher_actor launcher);

} // namespace troupe::isolators
