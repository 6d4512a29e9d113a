/// What frameworks have refused, and until when they shall not be asked again.
#pragma once

#include "allocator/dense_set.hpp"
#include "model/resources.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <vector>

namespace troupe::allocator {

/// Filters by member (a framework in one of its roles) and agent, both dense numbers. They lie
/// together by agent, since a visit asks about one agent; a look-up is a bit test where the answer
/// of an earlier visit still holds, or a pass over the agent's filters. Forgetting a member's or an
/// agent's filters costs as much as it had.
class offer_filters {
 public:
  using member = std::uint32_t;
  using agent = std::uint32_t;
  using time = std::chrono::steady_clock::time_point;

  /// Refuses what `refused` contains until `until`. `refused` carries no allocation role.
  void add(member who, agent where, resources refused, time until);

  /// From now on, what is asked about the agent is part of `free`. The result are members of whom it
  /// is known that they refuse all of that, valid until the next call that is not const.
  const dense_set& visit(agent where, const resources& free);
  /// True when one of the filters contains all of `offered`.
  bool refuses(member who, agent where, const resources& offered) const;

  /// Fetches what a visit soon will need; the second call of a pair needs the first to have arrived.
  void foresee(agent where) const;
  void foresee_content(agent where) const;

  /// Drops all filters of a member; appends the agents that had one to `freed`.
  void clear(member who, std::vector<agent>& freed);
  /// Drops all filters on an agent that is gone for good.
  void forget_agent(agent where);
  /// Drops the filters that end at or before `now`; appends their agents to `freed`.
  void expire(time now, std::vector<agent>& freed);

  /// Number of filters of a member.
  std::size_t count(member who) const { return who < members_.size() ? members_[who].filters : 0; }
  /// Number of filters.
  std::size_t size() const noexcept { return size_; }
  /// Deadlines kept, those of dropped filters included.
  std::size_t pending_deadlines() const noexcept { return pending_; }

 private:
  struct filter {
    resources refused;
    time until;
    member who;
  };
  /// Answers are remembered from one visit to the next: what comes back is mostly what was there
  /// before. Who refuses all of `free` refuses each part of it.
  struct alignas(64) agent_filters {
    std::vector<filter> all;
    resources free;     ///< as of some visit; empty when there was none
    resources part;     ///< of `free`: as of the last visit
    dense_set refusing; ///< exactly those who refuse all of `free`

    bool any_contains(member whose, const resources& items) const;
  };
  struct member_filters {
    std::size_t filters = 0;
    dense_set agents;
  };
  struct deadline {
    time until;
    agent where;

    auto operator<=>(const deadline&) const = default;
  };

  template <class Predicate>
  std::size_t drop_if(agent where, Predicate gone);
  void foresee_end(agent where) const;
  void drop_due(const std::vector<deadline>& due, time now, std::vector<agent>& freed);
  void compact();

  std::vector<agent_filters> agents_;   // by agent
  std::vector<member_filters> members_; // by member
  dense_set filtered_;                  // agents that have a filter
  /// Filters end in any order and mostly long after they were made: deadlines lie unsorted by slots
  /// of some milliseconds. Those of dropped filters stay until they are due or compacted.
  std::map<std::int64_t, std::vector<deadline>> slots_;
  std::size_t pending_ = 0;
  std::size_t size_ = 0;
  std::vector<member> dropped_; // scratch
};

} // namespace troupe::allocator
