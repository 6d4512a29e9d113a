/// A set of members as bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace troupe::allocator {

/// Asking costs a bit test, comparing with another set a pass over as many words as there are 64
/// members.
class member_bits {
 public:
  bool contains(std::uint32_t member) const {
    auto word = member / 64;
    return word < words_.size() && (words_[word] >> member % 64 & 1) != 0;
  }
  void set(std::uint32_t member, bool contained) {
    auto word = member / 64;
    if (word >= words_.size()) {
      if (!contained)
        return;
      words_.resize(word + 1);
    }
    auto bit = std::uint64_t{1} << member % 64;
    words_[word] = contained ? words_[word] | bit : words_[word] & ~bit;
  }
  bool is_subset_of(const member_bits& other) const {
    for (std::size_t i = 0; i < words_.size(); ++i)
      if ((words_[i] & ~(i < other.words_.size() ? other.words_[i] : 0)) != 0)
        return false;
    return true;
  }
  bool empty() const noexcept { return words_.empty(); }
  void clear() { words_ = {}; }

 private:
  std::vector<std::uint64_t> words_;
};

} // namespace troupe::allocator
