#include "client.hpp"

#include "http/text.hpp"

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>

namespace http_test {

client::client(uint16_t port, int receive_buffer)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_buffer > 0)
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
    throw std::runtime_error(std::string("connect: ") + std::strerror(errno));
}

bool client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    auto n = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0)
      return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

// 1: got bytes, 0: end of stream, -1: reset or patience at its end.
int client::fill() {
  pollfd p{socket_.get(), POLLIN, 0};
  auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(patience).count();
  if (::poll(&p, 1, static_cast<int>(ms)) != 1)
    throw std::runtime_error("the server said nothing in time");
  char chunk[65536];
  auto n = ::recv(socket_.get(), chunk, sizeof chunk, 0);
  if (n > 0)
    buffer_.append(chunk, static_cast<size_t>(n));
  return n > 0 ? 1 : n < 0 ? -1 : 0;
}

std::string client::until(std::string_view text) {
  for (;;) {
    if (auto at = buffer_.find(text); at != std::string::npos) {
      auto got = buffer_.substr(0, at + text.size());
      buffer_.erase(0, got.size());
      return got;
    }
    if (fill() <= 0)
      return "";
  }
}

std::string client::bytes(size_t n) {
  while (buffer_.size() < n && fill() > 0) {
  }
  auto got = buffer_.substr(0, n);
  buffer_.erase(0, got.size());
  return got;
}

std::string client::rest(bool* reset) {
  int code = 1;
  while (code > 0)
    code = fill();
  if (reset)
    *reset = code < 0;
  return std::exchange(buffer_, {});
}

void client::finish_writing() {
  ::shutdown(socket_.get(), SHUT_WR);
}

answer parse_head(const std::string& head) {
  answer a;
  a.head = head;
  if (head.size() < 12)
    return a;
  a.status = std::stoi(head.substr(9, 3));
  for (auto line : split(head, '\n')) {
    auto colon = line.find(": ");
    if (colon == line.npos)
      continue;
    std::string name(line.substr(0, colon));
    for (auto& c : name)
      c = static_cast<char>(std::tolower(c));
    auto value = line.substr(colon + 2);
    a.headers[name] = value.substr(0, value.find('\r'));
  }
  return a;
}

answer client::receive(bool body) {
  auto a = parse_head(until("\r\n\r\n"));
  if (body && a.has("content-length"))
    a.body = bytes(std::stoul(a.headers["content-length"]));
  return a;
}

std::string get(const std::string& target, const std::string& headers) {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n";
}

std::string post(const std::string& target, const std::string& body, const std::string& headers) {
  return "POST " + target +
         " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         headers + "\r\n" + body;
}

bool eventually(const std::function<bool()>& condition) {
  auto end = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    std::this_thread::yield();
  }
  return true;
}

fixture::fixture(router routes, std::function<void(server_config&)> change) {
  server_config config;
  config.address = "127.0.0.1";
  config.workers = 4;
  if (change)
    change(config);
  server_ = std::make_unique<server>(config, std::move(routes));
  auto port = server_->start();
  if (!port)
    throw std::runtime_error(to_string(port.error()));
}

router small_router() {
  router r("master");
  r.get("master", "/version", [](const request&) { return json(R"({"version":"1.7.0"})"); });
  r.get("master", "/echo", [](const request& q) { return content(q.body, "text/plain"); });
  r.get("master", "/state",
        [](const request&) { return json("[" + std::string(4000, '1') + "]"); });
  r.get("master", "/fail", [](const request&) -> response { throw std::runtime_error("secret"); });
  return r;
}

} // namespace http_test
