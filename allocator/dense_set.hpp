/// A set of dense numbers as bits.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace troupe::allocator {

/// Asking costs a bit test, comparing with another set a pass over as many words as there are 64
/// numbers.
class dense_set {
 public:
  bool contains(std::uint32_t number) const {
    auto word = number / 64;
    return word < words_.size() && (words_[word] >> number % 64 & 1) != 0;
  }
  void set(std::uint32_t number, bool contained) {
    auto word = number / 64;
    if (word >= words_.size()) {
      if (!contained)
        return;
      words_.resize(word + 1);
    }
    auto bit = std::uint64_t{1} << number % 64;
    words_[word] = contained ? words_[word] | bit : words_[word] & ~bit;
  }
  bool is_subset_of(const dense_set& other) const {
    for (std::size_t i = 0; i < words_.size(); ++i)
      if ((words_[i] & ~(i < other.words_.size() ? other.words_[i] : 0)) != 0)
        return false;
    return true;
  }
  /// In ascending order; the set may not change meanwhile.
  template <class Visit>
  void for_each(Visit visit) const {
    for (std::size_t i = 0; i < words_.size(); ++i)
      for (auto rest = words_[i]; rest != 0; rest &= rest - 1)
        visit(static_cast<std::uint32_t>(i * 64) +
              static_cast<std::uint32_t>(std::countr_zero(rest)));
  }
  void clear() { words_ = {}; }

 private:
  std::vector<std::uint64_t> words_;
};

} // namespace troupe::allocator
