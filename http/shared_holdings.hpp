/// What the shared bodies on their way to readers hold in memory: each part counts once, however many
/// readers get it. Used by the reactor's thread only.
#pragma once

#include "http/memory_budget.hpp"
#include "http/shared_body.hpp"

#include <memory>
#include <unordered_map>

namespace troupe::http {

/// Parts of a state that has changed since are kept by nobody but those who still read it: without a
/// bound, slow readers of many states would hold as many states. Counts against the budget of all
/// connections, but for at most half of it, so that there is always room for requests.
class shared_holdings : public std::enable_shared_from_this<shared_holdings> {
 public:
  shared_holdings(const std::shared_ptr<memory_budget>& budget, std::size_t limit)
      : limit_(limit)
      , charge_(budget) {}

  /// The same body; until the last copy of the result goes it is held. Null stays null.
  shared_body_ptr hold(shared_body_ptr body);

  std::size_t bytes() const { return bytes_; }

  /// More is held than may be: a reader must go.
  bool over() const { return bytes_ > limit_; }

 private:
  void release(const shared_body& body);
  void settle();

  std::size_t limit_;
  std::size_t bytes_ = 0;
  std::unordered_map<const shared_body*, std::size_t> bodies_; ///< readers of each
  std::unordered_map<const body_part*, std::size_t> parts_;    ///< bodies that have it
  charge charge_;
};

} // namespace troupe::http
