/// Who has been asked to leave which agent, and who does not want to be asked for a while.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace troupe::allocator {

/// Pairs of a framework and an agent that will be away, both dense numbers. A pair is free to be
/// asked, then asked, and then free again, at once or at the end of a filter. Free ones take no
/// room.
class inverse_offer_books {
 public:
  using framework = std::uint32_t;
  using agent = std::uint32_t;
  using time = std::chrono::steady_clock::time_point;

  /// The pair counts as asked from now on. False, and nothing changed, when it is not free.
  [[nodiscard]] bool ask(framework who, agent where);
  /// The question is answered or withdrawn; until `refused_until`, if that is given, there is no
  /// other. False, and nothing changed, when the pair has not been asked.
  bool end(framework who, agent where, std::optional<time> refused_until);

  /// All pairs of the framework, or of the agent, are free.
  void forget_framework(framework who);
  void forget_agent(agent where);
  /// Drops the filters of a framework; appends their agents to `freed`.
  void clear_filters(framework who, std::vector<agent>& freed);
  /// Drops the filters that end at or before `now`; appends their agents to `freed`.
  void expire(time now, std::vector<agent>& freed);

  /// Pairs that are asked, and those that have a filter.
  std::size_t asked() const noexcept { return pairs_.size() - deadlines_.size(); }
  std::size_t filters() const noexcept { return deadlines_.size(); }

 private:
  using pair = std::pair<agent, framework>;
  using pairs = std::map<pair, std::optional<time>>; // end of the filter; nothing: asked

  pairs::iterator free(pairs::iterator which);

  pairs pairs_;
  std::set<std::pair<framework, agent>> by_framework_; // the same pairs
  std::set<std::pair<time, pair>> deadlines_;
};

} // namespace troupe::allocator
