/// Which entities the last deltas touched: a bounded ring, from which a reader that knows an older
/// state learns what is new.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace troupe::http {

/// What changed, by id.
struct changed_entities {
  std::set<std::string> agents;                        ///< also those that are gone
  std::set<std::string> frameworks;                    ///< whatever of them changed
  std::set<std::pair<std::string, std::string>> tasks; ///< framework, task
};

class recent_changes {
 public:
  /// Keeps at most `limit` touched entities of the last deltas.
  explicit recent_changes(std::size_t limit)
      : limit_(limit) {}

  /// What follows belongs to this delta; its number is one more than the last one's.
  void begin(std::uint64_t number);
  /// Nothing before `number` is known.
  void restart(std::uint64_t number);

  void agent(const std::string& id) { note({kind::agent, {}, id}); }
  void framework(const std::string& id) { note({kind::framework, {}, id}); }
  void task(const std::string& framework, const std::string& id) {
    note({kind::task, framework, id});
  }

  /// What the deltas after `number` touched; nothing if one of them is forgotten already.
  std::optional<changed_entities> since(std::uint64_t number) const;

 private:
  enum class kind : std::uint8_t { agent, framework, task };

  struct entity {
    kind what;
    std::string owner;
    std::string id;
    friend bool operator==(const entity&, const entity&) = default;
  };

  struct step {
    std::uint64_t number;
    std::vector<entity> touched;
  };

  void note(entity x);

  std::size_t limit_;
  std::size_t kept_ = 0;
  std::uint64_t oldest_ = 0; ///< all deltas after this one are here
  std::deque<step> steps_;
};

} // namespace troupe::http
