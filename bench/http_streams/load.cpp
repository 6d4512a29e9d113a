#include "load.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cstdio>
#include <fstream>
#include <netinet/in.h>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>

namespace bench {

namespace {

void send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    auto n = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0)
      throw std::runtime_error("the server closed a connection");
    bytes.remove_prefix(static_cast<size_t>(n));
  }
}

/// Reads until `text` has come; what came behind it stays in `rest`.
std::string read_until(int socket, std::string_view text, std::string& rest) {
  std::string got;
  char buffer[4096];
  for (;;) {
    if (auto at = got.find(text); at != got.npos) {
      rest = got.substr(at + text.size());
      got.resize(at + text.size());
      return got;
    }
    auto n = ::recv(socket, buffer, sizeof buffer, 0);
    if (n <= 0)
      throw std::runtime_error("the server closed a connection");
    got.append(buffer, static_cast<size_t>(n));
  }
}

/// Sends a GET and reads the answer's head; gives the body's size and what has come of it.
size_t ask(int socket, const std::string& target, std::string& body) {
  send_all(socket, "GET " + target + " HTTP/1.1\r\nHost: bench\r\n\r\n");
  auto head = read_until(socket, "\r\n\r\n", body);
  auto length = head.find("Content-Length: ");
  if (!head.starts_with("HTTP/1.1 200") || length == head.npos)
    throw std::runtime_error("unexpected answer: " + head);
  return std::stoul(head.substr(length + 16));
}

} // namespace

unique_fd connect_to(uint16_t port) {
  unique_fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
    throw std::runtime_error("cannot connect");
  return socket;
}

std::string fetch(int socket, const std::string& target) {
  std::string body;
  const auto size = ask(socket, target, body);
  return body + read(socket, size - body.size());
}

void skip_answer(int socket, const std::string& target) {
  std::string body;
  const auto size = ask(socket, target, body);
  skip(socket, size - body.size());
}

unique_fd subscribe(uint16_t port, const std::string& target) {
  auto socket = connect_to(port);
  send_all(socket.get(),
           "POST " + target + " HTTP/1.1\r\nHost: bench\r\nContent-Length: 0\r\n\r\n");
  const std::string_view first = "hello\r\n";
  for (;;) {
    // What comes behind the first record stays for the reader.
    char buffer[4096];
    auto n = ::recv(socket.get(), buffer, sizeof buffer, MSG_PEEK);
    if (n <= 0)
      throw std::runtime_error("the server closed a connection");
    const std::string_view got(buffer, static_cast<size_t>(n));
    if (auto at = got.find(first); at != got.npos) {
      if (got.find("Transfer-Encoding: chunked") >= at)
        throw std::runtime_error("no stream: " + std::string(got));
      skip(socket.get(), at + first.size());
      return socket;
    }
    std::this_thread::yield();
  }
}

std::string read(int socket, size_t bytes) {
  std::string got(bytes, '\0');
  for (size_t done = 0; done < bytes;) {
    auto n = ::recv(socket, got.data() + done, bytes - done, 0);
    if (n <= 0)
      throw std::runtime_error("the server closed a connection");
    done += static_cast<size_t>(n);
  }
  return got;
}

void skip(int socket, size_t bytes) {
  char buffer[65536];
  while (bytes > 0) {
    auto n = ::recv(socket, buffer, std::min(bytes, sizeof buffer), 0);
    if (n <= 0)
      throw std::runtime_error("the server closed a stream");
    bytes -= static_cast<size_t>(n);
  }
}

latency measure(uint16_t port, int rounds) {
  using clock = std::chrono::steady_clock;
  auto socket = connect_to(port);
  std::vector<double> times;
  auto begin = clock::now();
  for (int i = 0; i < rounds; ++i) {
    auto sent = clock::now();
    if (fetch(socket.get(), "/version") != R"({"version":"1.7.0"})")
      throw std::runtime_error("wrong answer");
    times.push_back(std::chrono::duration<double, std::micro>(clock::now() - sent).count());
  }
  auto seconds = std::chrono::duration<double>(clock::now() - begin).count();
  std::sort(times.begin(), times.end());
  return {times[times.size() / 2], times[times.size() * 99 / 100], times.back(), rounds / seconds};
}

void print(const std::vector<row>& rows) {
  std::printf("%11s %10s %12s %8s %8s %8s %9s %9s %12s %10s\n", "subscribers", "connect ms",
              "KiB each", "threads", "p50 us", "p99 us", "worst us", "req/s", "broadcast ms",
              "events/s");
  for (const auto& r : rows)
    std::printf("%11d %10.0f %12.2f %8d %8.0f %8.0f %9.0f %9.0f %12.1f %10.0f\n", r.subscribers,
                r.connect_ms, r.kib_each, r.threads, r.quiet.p50_us, r.quiet.p99_us,
                r.quiet.worst_us, r.quiet.per_second, r.broadcast_ms, r.events_per_s);
}

void write_json(const std::string& path, const std::vector<row>& rows,
                const std::vector<reader_row>& beside) {
  auto all = nlohmann::json::array();
  for (const auto& r : rows)
    all.push_back({{"subscribers", r.subscribers},
                   {"connect_ms", r.connect_ms},
                   {"kib_each", r.kib_each},
                   {"threads", r.threads},
                   {"p50_us", r.quiet.p50_us},
                   {"p99_us", r.quiet.p99_us},
                   {"worst_us", r.quiet.worst_us},
                   {"requests_per_s", r.quiet.per_second},
                   {"broadcast_ms", r.broadcast_ms},
                   {"events_per_s", r.events_per_s}});
  for (const auto& r : beside)
    all.push_back({{"readers", r.readers},
                   {"answers_per_s", r.answers_per_s},
                   {"event_p50_ms", r.p50_ms},
                   {"event_p99_ms", r.p99_ms},
                   {"event_worst_ms", r.worst_ms}});
  std::ofstream(path) << all.dump(2) << '\n';
}

void write_svg(const std::string& path, const std::vector<row>& rows) {
  double most = 1;
  for (const auto& r : rows)
    most = std::max(most, r.quiet.p99_us);
  std::ofstream out(path);
  out << R"(<svg xmlns="http://www.w3.org/2000/svg" width="640" height=")" << 50 + 50 * rows.size()
      << R"(" font-family="sans-serif" font-size="13"><text x="10" y="22">request latency beside )"
      << "idle event streams: p50 (dark), p99 (light), microseconds</text>\n";
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto& q = rows[i].quiet;
    auto y = 45 + 50 * i;
    auto bar = [&](double value, const char* colour) {
      out << "<rect x=\"110\" y=\"" << y << "\" width=\"" << value / most * 420
          << "\" height=\"26\" fill=\"" << colour << "\"/>";
    };
    out << "<text x=\"10\" y=\"" << y + 18 << "\">" << rows[i].subscribers << "</text>";
    bar(q.p99_us, "#9ecae1");
    bar(q.p50_us, "#3182bd");
    out << "<text x=\"" << 120 + q.p99_us / most * 420 << "\" y=\"" << y + 18 << "\">"
        << static_cast<int>(q.p50_us) << " / " << static_cast<int>(q.p99_us) << "</text>\n";
  }
  out << "</svg>\n";
}

} // namespace bench
