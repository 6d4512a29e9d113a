/// Asking for memory before it is needed.
#pragma once

#include <cstdint>

namespace troupe::allocator {

/// To be called in every function that only prefetches: GCC takes it for one without effects, and
/// leaves out its calls.
inline void keep_prefetches() {
  asm volatile("");
}

/// Asks for as much of `[begin, end)` as is worth it: a processor has few requests open at a time.
template <class T>
void prefetch(const T* begin, const T* end) {
  constexpr std::uintptr_t line = 64;
  constexpr std::uintptr_t most = 4;
  const auto first = reinterpret_cast<std::uintptr_t>(begin) / line;
  const auto last = reinterpret_cast<std::uintptr_t>(end) - 1;
  for (auto each = first; each <= last / line && each < first + most; ++each)
    __builtin_prefetch(reinterpret_cast<const void*>(each * line));
  keep_prefetches();
}

} // namespace troupe::allocator
