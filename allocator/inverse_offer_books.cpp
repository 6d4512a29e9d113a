#include "allocator/inverse_offer_books.hpp"

namespace troupe::allocator {

bool inverse_offer_books::ask(framework who, agent where) {
  if (!pairs_.emplace(pair{where, who}, std::nullopt).second)
    return false;
  by_framework_.emplace(who, where);
  return true;
}

bool inverse_offer_books::end(framework who, agent where, std::optional<time> refused_until) {
  auto found = pairs_.find({where, who});
  if (found == pairs_.end() || found->second)
    return false;
  if (!refused_until) {
    free(found);
    return true;
  }
  found->second = refused_until;
  deadlines_.emplace(*refused_until, found->first);
  return true;
}

void inverse_offer_books::forget_framework(framework who) {
  auto each = by_framework_.lower_bound({who, 0});
  while (each != by_framework_.end() && each->first == who) {
    auto where = each++->second;
    free(pairs_.find({where, who}));
  }
}

void inverse_offer_books::forget_agent(agent where) {
  auto each = pairs_.lower_bound({where, 0});
  while (each != pairs_.end() && each->first.first == where)
    each = free(each);
}

void inverse_offer_books::clear_filters(framework who, std::vector<agent>& freed) {
  auto each = by_framework_.lower_bound({who, 0});
  while (each != by_framework_.end() && each->first == who) {
    auto found = pairs_.find({each++->second, who});
    if (!found->second)
      continue;
    freed.push_back(found->first.first);
    free(found);
  }
}

void inverse_offer_books::expire(time now, std::vector<agent>& freed) {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    auto ended = deadlines_.begin()->second;
    freed.push_back(ended.first);
    free(pairs_.find(ended));
  }
}

/// Takes the pair out of all three; the result follows it in `pairs_`.
inverse_offer_books::pairs::iterator inverse_offer_books::free(pairs::iterator which) {
  auto [where, who] = which->first;
  by_framework_.erase({who, where});
  if (which->second)
    deadlines_.erase({*which->second, which->first});
  return pairs_.erase(which);
}

} // namespace troupe::allocator
