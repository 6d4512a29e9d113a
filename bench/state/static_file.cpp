#include "static_file.hpp"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace troupe::bench {

namespace {

namespace fs = std::filesystem;

std::uint16_t free_port() {
  http::unique_fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  ::bind(socket.get(), reinterpret_cast<sockaddr*>(&at), size);
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&at), &size);
  return ntohs(at.sin_port);
}

/// A folder of our own that goes with this object.
struct scratch {
  fs::path path;

  scratch() {
    auto name = (fs::temp_directory_path() / "bench_state_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      throw std::runtime_error("cannot make a folder in " + fs::temp_directory_path().string());
    path = name;
    fs::permissions(path, fs::perms::all); // nginx's workers are another user
  }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;
  ~scratch() {
    std::error_code failed;
    fs::remove_all(path, failed);
  }
};

/// A child process, ended with this object.
struct child {
  pid_t pid = -1;

  explicit child(std::vector<std::string> words) {
    std::vector<char*> argv;
    for (auto& each : words)
      argv.push_back(each.data());
    argv.push_back(nullptr);
    if (::posix_spawnp(&pid, argv[0], nullptr, nullptr, argv.data(), environ) != 0)
      pid = -1;
  }
  child(const child&) = delete;
  child& operator=(const child&) = delete;
  ~child() {
    if (pid <= 0)
      return;
    ::kill(pid, SIGTERM);
    ::waitpid(pid, nullptr, 0);
  }
};

void write_config(const fs::path& folder, std::uint16_t port) {
  std::ofstream out(folder / "nginx.conf");
  out << "daemon off; worker_processes auto; pid nginx.pid; error_log error.log;\n"
      << "events {}\nhttp { access_log off; sendfile on; tcp_nopush on;\n"
      << "keepalive_requests 1000000;\n"
      << "client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;\n"
      << "uwsgi_temp_path uwsgi; scgi_temp_path scgi;\n"
      << "server { listen 127.0.0.1:" << port << "; root " << folder.string() << "; } }\n";
}

bool answers(std::uint16_t port) {
  for (int i = 0; i < 100; ++i) {
    try {
      client(port).ask(get_request("/file"));
      return true;
    } catch (const std::runtime_error&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  return false;
}

} // namespace

double copy_ms(std::size_t bytes) {
  std::vector<char> from(bytes, 'x');
  std::vector<char> to(bytes);
  double best = 1e9;
  for (int i = 0; i < 10; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    std::memcpy(to.data(), from.data(), bytes);
    asm volatile("" : : "r"(to.data()) : "memory"); // the copy is not left out
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    best = std::min(best, took.count());
  }
  return best;
}

std::optional<load> nginx_load(std::size_t bytes, std::size_t clients,
                               std::chrono::milliseconds duration) {
  if (::access("/usr/sbin/nginx", X_OK) != 0)
    return std::nullopt;
  scratch folder;
  const auto port = free_port();
  write_config(folder.path, port);
  std::ofstream(folder.path / "file") << std::string(bytes, 'x');
  child nginx({"/usr/sbin/nginx", "-p", folder.path.string(), "-c",
               (folder.path / "nginx.conf").string(), "-e", (folder.path / "error.log").string()});
  if (!answers(port))
    return std::nullopt;
  return run_clients(port, get_request("/file"), clients, duration);
}

} // namespace troupe::bench
