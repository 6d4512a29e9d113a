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
/// one hash probe, or a bit test where the answer of an earlier visit still holds; forgetting a member's filters costs as much as it had; expiry pops a heap.
class offer_filters {
 public:
  using member = std::uint32_t;
  using agent = std::uint32_t;
  using time = std::chrono::steady_clock::time_point;

  /// Refuses what `refused` contains until `until`. `refused` carries no allocation role.
  void add(member who, agent where, resources refused, time until);

  /// From now on, what is asked about the agent is part of `free`.
  void visit(agent where, const resources& free);
  /// Members of whom it is known that they refuse all that is free of the agent in this visit.
  const member_bits& known_to_refuse(agent where) const { return visits_[where].refusing; }
  /// True when one of the filters contains all of `offered`.
  bool refuses(member who, agent where, const resources& offered);

  /// Drops all filters of a member; appends the agents that had one to `freed`.
  void clear(member who, std::vector<agent>& freed);
  /// Drops all filters on an agent that is gone for good.
  void forget_agent(agent where);
  /// Drops the filters that end at or before `now`; appends their agents to `freed`.
  void expire(time now, std::vector<agent>& freed);

  /// Number of filters of a member.
  std::size_t count(member who) const;
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
  void forget_answer(member who, agent where);
  void compact();

  /// Answers are remembered from one visit to the next: what comes back is mostly what was there
  /// before. Who refuses all of `free` refuses each part of it.
  struct last_visit {
    resources free;
    member_bits refusing;
  };

  std::vector<by_agent> filters_;  // by member
  std::vector<last_visit> visits_; // by agent
  std::vector<deadline> heap_; // earliest first; entries of dropped filters stay until compacted
  std::uint64_t last_serial_ = 0;
  std::size_t size_ = 0;
};

} // namespace troupe::allocator
