/// What frameworks have refused, and until when they shall not be asked again.
#pragma once

#include "allocator/member_bits.hpp"
#include "model/resources.hpp"

#include <chrono>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace troupe::allocator {

/// Filters by member (a framework in one of its roles) and agent, both dense numbers. A look-up is
/// one hash probe, or a bit test for those who refused all of an agent, which is what most declines
/// are about; forgetting a member's filters costs as much as it had; expiry pops a heap.
class offer_filters {
 public:
  using member = std::uint32_t;
  using agent = std::uint32_t;
  using time = std::chrono::steady_clock::time_point;

  /// Refuses what `refused` contains until `until`. `refused` carries no allocation role; `total` is
  /// all of the agent.
  void add(member who, agent where, resources refused, const resources& total, time until);

  /// The members who have refused all of the agent, whatever part of it is free.
  const member_bits& who_refused_all(agent where) const {
    static const member_bits nobody;
    return where < refused_all_.size() ? refused_all_[where] : nobody;
  }
  /// The agent's total has changed.
  void total_changed(agent where, const resources& total);

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
    bool refuses_all;
  };
  struct deadline {
    time until;
    member who;
    agent where;
    std::uint64_t serial;
  };
  using by_agent = std::unordered_map<agent, std::vector<filter>>;

  bool alive(const deadline& entry) const;
  void note(member who, agent where, const std::vector<filter>& filters);
  void compact();

  std::vector<by_agent> filters_;        // by member
  std::vector<member_bits> refused_all_; // by agent; what the filters' flags say
  std::vector<deadline> heap_;    // earliest first; entries of dropped filters stay until compacted
  std::uint64_t last_serial_ = 0;
  std::size_t size_ = 0;
};

} // namespace troupe::allocator
