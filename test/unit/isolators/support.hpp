/// Scratch folders, the path of troupe-init, and containers that do not outlive their test.
#pragma once

#include "isolators/files.hpp"
#include "isolators/posix_launcher.hpp"
#include "isolators/process_tree.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <poll.h>
#include <string>
#include <sys/wait.h>

namespace troupe::isolators::test {

/// A folder of its own for each test, removed with it; in memory where there is such a place.
class scratch {
 public:
  scratch() {
    const std::filesystem::path memory = "/dev/shm";
    const auto base =
        std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
    std::string name = base / "troupe-isolators-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = std::filesystem::canonical(name);
    std::filesystem::permissions(path_, std::filesystem::perms(0755));
  }
  ~scratch() { std::filesystem::remove_all(path_); }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;

  std::string path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

  std::string read(const std::string& name) const {
    const auto text = read_file(*this / name);
    return text ? *text : "<" + text.error() + ">";
  }

 private:
  std::string path_;
};

inline std::string init_binary() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path() /
         "daemons/troupe-init";
}

/// Wait until a descriptor is readable; false after ten seconds.
inline bool wait_readable(const file_descriptor& fd) {
  pollfd wanted{fd.get(), POLLIN, 0};
  return ::poll(&wanted, 1, 10000) == 1;
}

/// One container in a scratch folder; whatever is left of it is killed at the end.
class container {
 public:
  explicit container(const scratch& folder, const std::string& name = "c1")
      : sandbox_(folder / ("sandbox-" + name)) {
    REQUIRE_FALSE(make_directories(sandbox_, 0755));
    spec.label = name;
    spec.runtime_directory = runtime_directory(folder / "run", container_id(name));
    spec.directory = sandbox_;
    spec.stdout_path = sandbox_ + "/stdout";
    spec.stderr_path = sandbox_ + "/stderr";
    spec.environment["PATH"] = "/usr/bin:/bin";
  }

  ~container() {
    if (!process.process)
      return;
    const bool ended = has_ended(process.process) || !request_destroy(process.process);
    if (!ended || !wait_readable(process.process))
      CHECK_FALSE(kill_tree(process.identity));
    reap(process.process);
  }

  void launch() {
    auto result = isolators::launch(init_binary(), spec);
    INFO((result ? "" : result.error()));
    REQUIRE(result);
    process = *std::move(result);
  }

  init::report start() {
    launch();
    const auto refused = let_go(process); // init may have failed already: then the report says why
    REQUIRE(wait_readable(process.report));
    const auto report = read_report(process.report);
    REQUIRE(std::holds_alternative<init::report>(report));
    REQUIRE((!refused || std::get<init::report>(report).result == init::verdict::failed));
    return std::get<init::report>(report);
  }

  void set_shell(const std::string& script) {
    spec.executable = "/bin/sh";
    spec.arguments = {"sh", "-c", script};
  }

  init::report start_shell(const std::string& script) {
    set_shell(script);
    return start();
  }

  /// The raw wait status that is on record once init has ended.
  int wait_for_end() {
    REQUIRE(wait_readable(process.process));
    const auto status = settle(process.identity, spec.runtime_directory);
    REQUIRE(status);
    return *status;
  }

  std::string out() const { return text("/stdout"); }
  std::string err() const { return text("/stderr"); }
  const std::string& sandbox() const { return sandbox_; }

  /// Wait until the command has written a line to stdout: a handshake instead of a sleep.
  void wait_for_output(const std::string& line) const {
    for (int round = 0; round < 5000; ++round) {
      if (out().find(line) != std::string::npos)
        return;
      ::poll(nullptr, 0, 2);
    }
    FAIL("no '" << line << "' in '" << out() << "'");
  }

  launch_spec spec;
  launched_process process;

 private:
  std::string text(const std::string& name) const {
    const auto content = read_file(sandbox_ + name);
    return content ? *content : "";
  }

  std::string sandbox_;
};

inline bool alive(pid_t pid) {
  const auto stat = read_stat(pid);
  return stat && !stat->gone();
}

} // namespace troupe::isolators::test
