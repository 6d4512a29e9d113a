#include "http/listener.hpp"

#include <arpa/inet.h>
#include <caf/error.hpp>
#include <caf/sec.hpp>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>

namespace troupe::http {

namespace {

/// False if `host` is no numeric address. `size` becomes the length of the filled part.
bool to_sockaddr(const std::string& host, uint16_t port, sockaddr_storage& out, socklen_t& size) {
  auto v4 = reinterpret_cast<sockaddr_in*>(&out);
  if (::inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    size = sizeof *v4;
    return true;
  }
  auto v6 = reinterpret_cast<sockaddr_in6*>(&out);
  if (::inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    size = sizeof *v6;
    return true;
  }
  return false;
}

} // namespace

caf::expected<unique_fd> listen_on(const std::string& address, uint16_t port, int backlog) {
  auto failed = [&](const std::string& what) {
    return caf::make_error(caf::sec::cannot_open_port, "cannot listen on " + address + ":" +
                                                           std::to_string(port) + ": " + what);
  };
  sockaddr_storage where{};
  socklen_t size = 0;
  if (!to_sockaddr(address, port, where, size))
    return failed("not a numeric IPv4 or IPv6 address");
  unique_fd fd(::socket(where.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  int yes = 1;
  if (!fd || ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
      ::bind(fd.get(), reinterpret_cast<sockaddr*>(&where), size) != 0 ||
      ::listen(fd.get(), backlog) != 0)
    return failed(std::strerror(errno));
  return fd;
}

uint16_t bound_port(int socket) {
  sockaddr_storage where{};
  socklen_t size = sizeof where;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&where), &size) != 0)
    return 0;
  return to_peer(where).port;
}

peer_address to_peer(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET6) {
    auto v6 = reinterpret_cast<const sockaddr_in6*>(&address);
    ::inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
    return {text, ntohs(v6->sin6_port)};
  }
  auto v4 = reinterpret_cast<const sockaddr_in*>(&address);
  ::inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text);
  return {text, ntohs(v4->sin_port)};
}

} // namespace troupe::http
