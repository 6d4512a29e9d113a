/// Clients that read whole HTTP answers over loopback and keep nothing but times.
#pragma once

#include "http/unique_fd.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace troupe::bench {

/// One answer as a client saw it.
struct answer {
  std::chrono::steady_clock::time_point sent;
  std::chrono::steady_clock::time_point first_byte;
  std::chrono::steady_clock::time_point last_byte;
  std::size_t bytes = 0;    ///< of the body, as sent
  std::uint64_t number = 0; ///< in the ETag; 0 without one

  double milliseconds() const {
    return std::chrono::duration<double, std::milli>(last_byte - sent).count();
  }
};

/// The requests of the bench, whole.
std::string get_request(const std::string& target, bool gzip = false);
std::string get_state_request(const std::string& accept); ///< GET_STATE of the operator API

/// A keep-alive connection. Throws std::runtime_error when the server does not answer 200.
class client {
 public:
  explicit client(std::uint16_t port);

  /// Reads and drops the body, or appends it to `keep`.
  answer ask(const std::string& request, std::string* keep = nullptr);

 private:
  http::unique_fd socket_;
  std::vector<char> buffer_;
};

/// What several clients saw who asked again and again.
struct load {
  std::vector<answer> answers;
  double seconds = 0;
  double cpu_seconds = 0; ///< of the clients' threads

  double requests_per_second() const { return static_cast<double>(answers.size()) / seconds; }
  double bytes_per_second() const;
  /// The given part (0 to 1) of the answers came within so many milliseconds.
  double latency_ms(double part) const;
};

/// `count` clients, a thread and a connection each, for `duration` and at least three answers each;
/// without clients it only waits.
load run_clients(std::uint16_t port, const std::string& request, std::size_t count,
                 std::chrono::milliseconds duration);

/// The value below which `part` of the values lie; 0 without values.
double percentile(std::vector<double> values, double part);

} // namespace troupe::bench
