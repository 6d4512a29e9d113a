#include "allocator/visiting_order.hpp"

#include "allocator/random_source.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace troupe::allocator {

std::uint64_t visiting_order(std::uint64_t seed, std::uint64_t cycle, std::uint64_t visiting_key) {
  return mix_bits(visiting_key ^ mix_bits(seed ^ mix_bits(cycle)));
}

/// Puts each about where it belongs, by the first bits of its place; what is left to do is between
/// neighbours.
void sort(visiting_list& visits) {
  if (visits.size() < 2)
    return;
  const auto shift = 64 - std::bit_width(visits.size());
  std::vector<std::uint32_t> next(std::size_t{2} << (63 - shift));
  for (const auto& each : visits)
    ++next[each.place >> shift];
  std::uint32_t before = 0;
  for (auto& count : next)
    before += std::exchange(count, before);
  visiting_list spread(visits.size());
  for (const auto& each : visits)
    spread[next[each.place >> shift]++] = each;
  for (auto each = spread.begin(); each != spread.end(); ++each)
    for (auto at = each; at != spread.begin() && *at < *(at - 1); --at)
      std::iter_swap(at, at - 1);
  visits = std::move(spread);
}

} // namespace troupe::allocator
