/// Asking for memory before it is needed.
#pragma once

#include <cstddef>

namespace troupe::allocator {

/// To be called in every function that only prefetches: GCC takes it for one without effects, and
/// leaves out its calls.
inline void keep_prefetches() {
  asm volatile("");
}

/// Asks for as much of `[begin, end)` as is worth it: a processor has few requests open at a time.
template <class T>
void prefetch(const T* begin, const T* end) {
  constexpr std::ptrdiff_t line = 64;
  constexpr std::ptrdiff_t most = 4 * line;
  const auto* first = reinterpret_cast<const char*>(begin);
  auto bytes = reinterpret_cast<const char*>(end) - first;
  for (std::ptrdiff_t at = 0; at < bytes && at < most; at += line)
    __builtin_prefetch(first + at);
  keep_prefetches();
}

} // namespace troupe::allocator
