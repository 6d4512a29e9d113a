#include "bench/support/clients.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <exception>
#include <netinet/in.h>
#include <stdexcept>
#include <string_view>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>

namespace troupe::bench {

namespace {

using clock = std::chrono::steady_clock;

std::uint64_t number_after(std::string_view head, std::string_view name) {
  const auto at = head.find(name);
  std::uint64_t value = 0;
  if (at != head.npos)
    std::from_chars(head.data() + at + name.size(), head.data() + head.size(), value);
  return value;
}

double thread_cpu() {
  rusage used{};
  ::getrusage(RUSAGE_THREAD, &used);
  auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + t.tv_usec / 1e6; };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

} // namespace

std::string get_request(const std::string& target, bool gzip) {
  return "GET " + target + " HTTP/1.1\r\nHost: bench\r\n" +
         (gzip ? "Accept-Encoding: gzip\r\n\r\n" : "\r\n");
}

std::string get_state_request(const std::string& accept) {
  const std::string body = R"({"type":"GET_STATE"})";
  return "POST /api/v1 HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nAccept: " +
         accept + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

client::client(std::uint16_t port)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    , buffer_(1u << 20) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
    throw std::runtime_error(std::string("cannot connect: ") + std::strerror(errno));
}

answer client::ask(const std::string& request, std::string* keep) {
  answer result;
  result.sent = clock::now();
  if (::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size()))
    throw std::runtime_error("the server took no request");
  auto receive = [&](std::size_t offset) {
    const auto n = ::recv(socket_.get(), buffer_.data() + offset, buffer_.size() - offset, 0);
    if (n <= 0)
      throw std::runtime_error("the server closed a connection");
    return static_cast<std::size_t>(n);
  };
  std::size_t got = 0;
  std::size_t end = std::string_view::npos;
  while (end == std::string_view::npos) {
    got += receive(got);
    if (result.first_byte == clock::time_point{})
      result.first_byte = clock::now();
    end = std::string_view(buffer_.data(), got).find("\r\n\r\n");
  }
  const std::string_view head(buffer_.data(), end + 4);
  result.bytes = number_after(head, "Content-Length: ");
  result.number = number_after(head, "ETag: W/\"");
  if (!head.starts_with("HTTP/1.1 200") || result.bytes == 0)
    throw std::runtime_error("unexpected answer: " + std::string(head));
  auto take = [&](std::string_view part) {
    if (keep != nullptr)
      *keep += part;
    return part.size();
  };
  auto left = result.bytes - take({buffer_.data() + end + 4, got - end - 4});
  while (left > 0) {
    const auto n = receive(0);
    left -= take({buffer_.data(), n});
  }
  result.last_byte = clock::now();
  return result;
}

double load::bytes_per_second() const {
  double bytes = 0;
  for (const auto& each : answers)
    bytes += static_cast<double>(each.bytes);
  return bytes / seconds;
}

double load::latency_ms(double part) const {
  std::vector<double> times;
  for (const auto& each : answers)
    times.push_back(each.milliseconds());
  return percentile(std::move(times), part);
}

load run_clients(std::uint16_t port, const std::string& request, std::size_t count,
                 std::chrono::milliseconds duration) {
  struct seen {
    std::vector<answer> answers;
    double cpu = 0;
    std::exception_ptr problem;
  };
  std::vector<seen> all(count);
  std::vector<std::thread> threads;
  const auto begin = clock::now();
  for (auto& mine : all)
    threads.emplace_back([&, begin] {
      try {
        client c(port);
        while (clock::now() - begin < duration || mine.answers.size() < 3)
          mine.answers.push_back(c.ask(request));
      } catch (...) {
        mine.problem = std::current_exception();
      }
      mine.cpu = thread_cpu();
    });
  if (count == 0)
    std::this_thread::sleep_for(duration);
  for (auto& each : threads)
    each.join();
  load result;
  result.seconds = std::chrono::duration<double>(clock::now() - begin).count();
  for (auto& each : all) {
    if (each.problem)
      std::rethrow_exception(each.problem);
    result.cpu_seconds += each.cpu;
    result.answers.insert(result.answers.end(), each.answers.begin(), each.answers.end());
  }
  return result;
}

double percentile(std::vector<double> values, double part) {
  if (values.empty())
    return 0;
  std::sort(values.begin(), values.end());
  const auto i = static_cast<std::size_t>(part * static_cast<double>(values.size()));
  return values[std::min(i, values.size() - 1)];
}

} // namespace troupe::bench
