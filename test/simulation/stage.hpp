/// What every part of a simulated run shares: the actors on virtual time, the plan of what happens
/// when, the record of what has happened, and the first broken rule.
///
/// All runs on one thread. What plays the outside world (links, containers, frameworks, faults) are
/// plain objects that act at planned moments; only the components under test, and the small ports
/// through which they talk to the outside, are actors.
#pragma once

#include "dice.hpp"
#include "runtime/deterministic_system.hpp"

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::simulation {

class stage {
 public:
  /// `print`: every line of the record goes to stdout at once.
  explicit stage(bool print)
      : print_(print) {}

  caf::actor_system& actors() { return system_.actors(); }
  const virtual_clock& clock() { return system_.time(); }
  /// Since the beginning.
  duration now() { return system_.time().steady() - began_; }

  /// Does `action` after `delay`; actions of the same moment happen in the order of planning.
  void plan(duration delay, std::function<void()> action);

  /// Called whenever all actors have come to rest.
  void at_rest(std::function<void()> check) { check_ = std::move(check); }

  /// Lets time pass, or as much of it as goes by before a rule is broken.
  void pass(duration span);

  /// Appends a line to the record.
  void note(std::string_view who, std::string_view what);
  /// A rule is broken: the run ends at the next opportunity. The first one counts.
  void fail(std::string rule);
  const std::optional<std::string>& failure() const { return failure_; }

  /// Of all lines so far: equal histories have equal hashes.
  std::uint64_t hash() const { return hash_; }
  std::uint64_t lines() const { return lines_; }
  const std::deque<std::string>& last_lines() const { return tail_; }

 private:
  static constexpr std::size_t kept_lines = 300;

  void settle();

  deterministic_system system_;
  steady_time began_ = system_.time().steady();
  std::multimap<duration, std::function<void()>> agenda_;
  std::function<void()> check_;
  std::optional<std::string> failure_;
  bool print_;
  std::uint64_t hash_ = 0xcbf29ce484222325;
  std::uint64_t lines_ = 0;
  std::deque<std::string> tail_;
};

/// `12.5s`, for the record.
std::string seconds(duration span);

} // namespace troupe::simulation
