#pragma once

#include "http/unique_fd.hpp"
#include "readers.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

/// The client half of the bench: plain blocking sockets, no code of the server.
namespace bench {

using troupe::http::unique_fd;

unique_fd connect_to(uint16_t port);

/// Sends a GET and reads the answer's body; throws if the status is not 200.
std::string fetch(int socket, const std::string& target);

/// The same without keeping the body.
void skip_answer(int socket, const std::string& target);

/// Opens an event stream and reads up to its first record.
unique_fd subscribe(uint16_t port, const std::string& target = "/subscribe");

/// Reads exactly this many bytes.
std::string read(int socket, size_t bytes);

/// The same and throws them away.
void skip(int socket, size_t bytes);

struct latency {
  double p50_us = 0;
  double p99_us = 0;
  double worst_us = 0;
  double per_second = 0;
};

/// `rounds` requests one after the other on one connection.
latency measure(uint16_t port, int rounds);

/// One measured configuration.
struct row {
  int subscribers = 0;
  double connect_ms = 0;   ///< all of them, one after the other
  double kib_each = 0;     ///< growth of the server's RSS
  int threads = 0;         ///< of the server
  latency quiet;           ///< streams open and silent
  double broadcast_ms = 0; ///< one 1 kB event written to and read by all
  double events_per_s = 0; ///< 100 such events
};

void print(const std::vector<row>& rows);
void write_json(const std::string& path, const std::vector<row>& rows,
                const std::vector<reader_row>& beside);
void write_svg(const std::string& path, const std::vector<row>& rows);

} // namespace bench
