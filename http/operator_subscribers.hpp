/// Who listens to the operator API's events at one replica. Each event is encoded once in each encoding
/// that somebody wants, and its record is shared.
#pragma once

#include "http/event_stream.hpp"
#include "http/operator_news.hpp"
#include "wire/media.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace troupe::http {

class operator_subscribers {
 public:
  using number = std::uint64_t;

  /// Holds at most `limit`: who comes then takes the place of the one that came first.
  explicit operator_subscribers(std::size_t limit)
      : limit_(limit) {}

  bool empty() const { return all_.empty(); }
  std::size_t size() const { return all_.size(); }

  /// The stream hears `snapshot`, a heartbeat at once, and every event from now on.
  number add(event_stream_ptr stream, wire::media encoding, shared_body_ptr snapshot);

  /// Its stream has ended.
  void remove(number who) { all_.erase(who); }

  void publish(const mesos::v1::master::Event& event);
  void beat();

  /// Ends all streams, after what is queued.
  void close_all();

 private:
  struct subscriber {
    event_stream_ptr stream;
    wire::media encoding;
  };

  std::size_t limit_;
  number next_ = 1;
  std::map<number, subscriber> all_; ///< in the order in which they came
};

} // namespace troupe::http
