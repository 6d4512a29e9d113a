/// A web server of one thread that answers each path with bytes laid down for it, well formed or not.
#pragma once

#include "isolators/file_descriptor.hpp"

#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <map>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <vector>

namespace troupe::isolators::test {

class http_server {
 public:
  /// Bytes to send for a path; those of `hold` are sent, and then nothing more until the server ends.
  explicit http_server(std::map<std::string, std::string> answers, std::string hold = {})
      : answers_(std::move(answers))
      , hold_(std::move(hold)) {
    listener_ = file_descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listener_.get(), 16) == 0);
    socklen_t size = sizeof address;
    REQUIRE(::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~http_server() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }
  http_server(const http_server&) = delete;
  http_server& operator=(const http_server&) = delete;

  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }

  static std::string ok(const std::string& body) {
    return "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
  }

 private:
  void serve() {
    for (;;) {
      file_descriptor peer(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!peer)
        return;
      std::string request;
      char block[4096];
      while (request.find("\r\n\r\n") == std::string::npos) {
        const ssize_t got = ::recv(peer.get(), block, sizeof block, 0);
        if (got <= 0)
          break;
        request.append(block, static_cast<std::size_t>(got));
      }
      const auto begin = request.find(' ') + 1;
      const std::string path = request.substr(begin, request.find(' ', begin) - begin);
      const auto found = answers_.find(path);
      const std::string answer = found != answers_.end()
                                     ? found->second
                                     : "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n"
                                       "Connection: close\r\n\r\n";
      for (std::size_t at = 0; at < answer.size();) {
        const ssize_t sent =
            ::send(peer.get(), answer.data() + at, answer.size() - at, MSG_NOSIGNAL);
        if (sent <= 0)
          break;
        at += static_cast<std::size_t>(sent);
      }
      if (path == hold_)
        held_.push_back(std::move(peer));
    }
  }

  std::map<std::string, std::string> answers_;
  std::string hold_;
  file_descriptor listener_;
  int port_ = 0;
  std::vector<file_descriptor> held_;
  std::thread thread_;
};

} // namespace troupe::isolators::test
