/// The checkers' book of maintenance: what operators have planned, and who was asked to leave.
#pragma once

#include "books.hpp"

namespace troupe::simulation {

/// When machines will be away, in nanoseconds since the epoch; the others stay.
using maintenance_plan = std::map<host_number, std::int64_t>;

/// Frameworks are asked to leave a machine only for the time that is planned, once at a time, and not while they
/// do not want to be asked. While a plan is on its way to the registry, it or the one before is in force; a master
/// that dies meanwhile leaves both possible.
class maintenance_book {
 public:
  struct pair {
    framework_number framework;
    std::string agent;
    auto operator<=>(const pair&) const = default;
  };

  /// A plan is on its way.
  void planned(maintenance_plan plan);
  /// It is in force, or refused.
  void in_force();
  void refused() { possible_.pop_back(); }

  /// What an offer says of the machine. No start: it stays.
  std::optional<std::string> told(host_number host, std::optional<std::int64_t> start) const;
  std::optional<std::string> asked(const pair& who, const std::string& id, duration now);
  /// Until then it does not want to be asked again; what is not open is ignored, as the master does.
  void answered(framework_number framework, const std::string& id, duration until);
  std::optional<std::string> rescinded(framework_number framework, const std::string& id);

  /// The framework may be asked all again; its stream has ended; so has the master.
  void forget_filters(framework_number framework);
  void forget(framework_number framework);
  void forget_all();
  /// The agent has registered (again).
  void forget_agent(const std::string& agent);

 private:
  bool settled() const { return possible_.size() == 1; }

  std::vector<maintenance_plan> possible_{{}};
  std::map<std::string, pair> open_; ///< by id
  std::map<std::string, pair> over_; ///< answered: a withdrawal may have crossed the answer
  std::map<pair, duration> filters_; ///< only of times when the plan was settled
};

} // namespace troupe::simulation
