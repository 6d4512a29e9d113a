/// What frameworks have refused, and until when they shall not be asked again.
#pragma once

#include "model/resources.hpp"

#include <chrono>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace troupe::allocator {

/// Filters by member (a framework in one of its roles) and agent, both dense numbers. A look-up is
/// one hash probe; forgetting a member's filters costs as much as it had; expiry pops a heap.
class offer_filters {
 public:
  using member = std::uint32_t;
  using agent = std::uint32_t;
  using time = std::chrono::steady_clock::time_point;

  /// Refuses what `refused` contains until `until`. `refused` carries no allocation role.
  void add(member who, agent where, resources refused, time until);

  /// True when one of the filters contains all of `offered`.
  bool refuses(member who, agent where, const resources& offered) const;

  /// Drops all filters of a member; appends the agents that had one to `freed`.
  void clear(member who, std::vector<agent>& freed);
  /// Drops all filters on an agent that is gone for good.
  void forget_agent(agent where);
  /// Drops the filters that end at or before `now`; appends their agents to `freed`.
  void expire(time now, std::vector<agent>& freed);

  /// Number of filters.
  std::size_t size() const noexcept { return size_; }
  /// Deadlines kept, those of dropped filters included.
  std::size_t pending_deadlines() const noexcept { return heap_.size(); }

 private:
  struct filter {
    std::uint64_t serial;
    resources refused;
  };
  struct deadline {
    time until;
    member who;
    agent where;
    std::uint64_t serial;
  };
  using by_agent = std::unordered_map<agent, std::vector<filter>>;

  bool alive(const deadline& entry) const;
  void compact();

  std::vector<by_agent> filters_; // by member
  std::vector<deadline> heap_;    // earliest first; entries of dropped filters stay until compacted
  std::uint64_t last_serial_ = 0;
  std::size_t size_ = 0;
};

} // namespace troupe::allocator
