#include "isolators/process.hpp"

#include "isolators/files.hpp"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::isolators {
namespace {

int pidfd_open(pid_t pid) {
  return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
}

/// Cuts blank-separated numbers off the front of a text.
class number_scan {
 public:
  explicit number_scan(std::string_view text)
      : text_(text) {}

  template <class T>
  bool next(T& out) {
    skip_blanks();
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), out);
    if (error != std::errc{})
      return false;
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return true;
  }

  bool skip(int fields) {
    for (std::int64_t ignored = 0; fields > 0; --fields) {
      if (!next(ignored) && !next_unsigned())
        return false;
    }
    return true;
  }

  std::string_view rest() {
    skip_blanks();
    return text_;
  }

 private:
  bool next_unsigned() {
    std::uint64_t ignored = 0;
    return next(ignored);
  }

  void skip_blanks() {
    while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\n'))
      text_.remove_prefix(1);
  }

  std::string_view text_;
};

/// The fields behind state, in the order of proc(5).
bool parse_numbers(std::string_view text, process_stat& out) {
  number_scan scan(text);
  std::uint64_t user = 0, system = 0, waited_user = 0, waited_system = 0, pages = 0;
  if (!scan.next(out.parent) || !scan.next(out.group) || !scan.next(out.session) || !scan.skip(7) ||
      !scan.next(user) || !scan.next(system) || !scan.next(waited_user) ||
      !scan.next(waited_system) || !scan.skip(2) || !scan.next(out.threads) || !scan.skip(1) ||
      !scan.next(out.start_time) || !scan.skip(1) || !scan.next(pages))
    return false;
  static const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  out.user_ticks = user + waited_user;
  out.system_ticks = system + waited_system;
  out.resident_bytes = pages * page;
  return true;
}

} // namespace

std::optional<process_stat> parse_stat(std::string_view text) {
  const auto open = text.find('(');
  const auto close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open ||
      close + 2 >= text.size())
    return std::nullopt;
  process_stat result;
  if (!number_scan(text.substr(0, open)).next(result.pid))
    return std::nullopt;
  result.state = text[close + 2];
  if (!parse_numbers(text.substr(close + 3), result))
    return std::nullopt;
  return result;
}

std::optional<process_stat> read_stat(pid_t pid) {
  const auto text = read_file("/proc/" + std::to_string(pid) + "/stat", 4096);
  return text ? parse_stat(*text) : std::nullopt;
}

std::uint64_t ticks_per_second() {
  static const auto ticks = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  return ticks;
}

outcome<std::string> boot_id() {
  auto text = read_file("/proc/sys/kernel/random/boot_id", 64);
  if (text && text->ends_with('\n'))
    text->pop_back();
  return text;
}

std::string to_text(const process_identity& identity) {
  return std::to_string(identity.pid) + ' ' + std::to_string(identity.start_time) + ' ' +
         identity.boot + '\n';
}

std::optional<process_identity> parse_identity(std::string_view text) {
  process_identity result;
  number_scan scan(text);
  if (!scan.next(result.pid) || result.pid <= 0 || !scan.next(result.start_time))
    return std::nullopt;
  std::string_view boot = scan.rest();
  if (boot.ends_with('\n'))
    boot.remove_suffix(1);
  if (boot.empty())
    return std::nullopt;
  result.boot = boot;
  return result;
}

outcome<file_descriptor> open_process(const process_identity& identity) {
  const auto boot = boot_id();
  if (!boot)
    return failure{boot.error()};
  if (*boot != identity.boot)
    return file_descriptor{};
  // First the handle, then the look: a handle never moves to another process.
  file_descriptor handle(pidfd_open(identity.pid));
  if (!handle && errno == ESRCH)
    return file_descriptor{};
  if (!handle)
    return system_failure("open the process", std::to_string(identity.pid));
  const auto stat = read_stat(identity.pid);
  if (!stat || stat->start_time != identity.start_time || stat->gone())
    return file_descriptor{};
  return handle;
}

outcome<file_descriptor> open_child(pid_t pid) {
  file_descriptor handle(pidfd_open(pid));
  if (!handle)
    return system_failure("open the process", std::to_string(pid));
  return handle;
}

bool has_ended(const file_descriptor& process) {
  pollfd wanted{process.get(), POLLIN, 0};
  return ::poll(&wanted, 1, 0) == 1;
}

std::optional<int> reap(const file_descriptor& process) {
  siginfo_t info{};
  const auto id = static_cast<id_t>(process.get());
  if (::waitid(P_PIDFD, id, &info, WEXITED | WNOHANG) != 0 || info.si_pid == 0)
    return std::nullopt;
  switch (info.si_code) {
  case CLD_EXITED:
    return info.si_status << 8;
  case CLD_DUMPED:
    return info.si_status | 0x80;
  default:
    return info.si_status;
  }
}

} // namespace troupe::isolators
