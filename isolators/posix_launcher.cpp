#include "isolators/posix_launcher.hpp"

#include "isolators/files.hpp"
#include "isolators/process_tree.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::isolators {
namespace {

constexpr int first_free_fd = init::report_fd + 1;

struct pipe_ends {
  file_descriptor read;
  file_descriptor write;
};

/// Both ends above the numbers that init expects, so that moving one into place never hits another.
outcome<pipe_ends> make_pipe(int flags) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | flags) != 0)
    return system_failure("make", "a pipe");
  const file_descriptor low_read(ends[0]);
  const file_descriptor low_write(ends[1]);
  pipe_ends result{file_descriptor(::fcntl(ends[0], F_DUPFD_CLOEXEC, first_free_fd)),
                   file_descriptor(::fcntl(ends[1], F_DUPFD_CLOEXEC, first_free_fd))};
  if (!result.read || !result.write)
    return system_failure("make", "a pipe");
  return result;
}

/// posix_spawn's two argument objects with the lifetime of a scope.
class spawn_plan {
 public:
  spawn_plan() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
  }
  ~spawn_plan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  spawn_plan(const spawn_plan&) = delete;
  spawn_plan& operator=(const spawn_plan&) = delete;

  /// 0 when all went well, else an errno.
  int prepare(int description, int go, int report) {
    sigset_t none, all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    for (const int fd : {0, 1, 2}) {
      if (const int error =
              ::posix_spawn_file_actions_addopen(&actions_, fd, "/dev/null", O_RDWR, 0))
        return error;
    }
    for (const auto& [from, to] :
         {std::pair{description, init::description_fd}, std::pair{go, init::go_fd},
          std::pair{report, init::report_fd}}) {
      if (const int error = ::posix_spawn_file_actions_adddup2(&actions_, from, to))
        return error;
    }
    if (const int error = ::posix_spawn_file_actions_addclosefrom_np(&actions_, first_free_fd))
      return error;
    if (const int error = ::posix_spawnattr_setsigmask(&attributes_, &none))
      return error;
    if (const int error = ::posix_spawnattr_setsigdefault(&attributes_, &all))
      return error;
    return ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }

  int spawn(pid_t& pid, const std::string& binary, const std::string& label) const {
    std::string name = "troupe-init";
    std::string shown = label;
    char* arguments[] = {name.data(), shown.data(), nullptr};
    char* nothing[] = {nullptr};
    return ::posix_spawn(&pid, binary.c_str(), &actions_, &attributes_, arguments, nothing);
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

/// The pid with what tells it from later processes, on disk.
std::optional<failure> record_identity(launched_process& process, pid_t pid,
                                       const std::string& directory) {
  auto handle = open_child(pid);
  if (!handle)
    return failure{handle.error()};
  process.process = *std::move(handle);
  const auto stat = read_stat(pid);
  const auto boot = boot_id();
  if (!stat || !boot)
    return failure{"cannot read when process " + std::to_string(pid) + " started"};
  process.identity = {pid, stat->start_time, *boot};
  return write_file(pid_path(directory), to_text(process.identity));
}

std::optional<failure> queue_request(const file_descriptor& process, int value) {
  siginfo_t info{};
  info.si_signo = init::request_signal;
  info.si_code = SI_QUEUE;
  info.si_pid = ::getpid();
  info.si_uid = ::getuid();
  info.si_value.sival_int = value;
  if (::syscall(SYS_pidfd_send_signal, process.get(), init::request_signal, &info, 0) != 0)
    return system_failure("reach", "troupe-init");
  return std::nullopt;
}

} // namespace

outcome<launched_process> launch(const std::string& init_binary, const launch_spec& spec) {
  const auto low_description = describe(spec);
  if (!low_description)
    return failure{low_description.error()};
  const file_descriptor description(
      ::fcntl(low_description->get(), F_DUPFD_CLOEXEC, first_free_fd));
  if (!description)
    return system_failure("pass the description of", spec.label);
  if (auto bad = make_directories(spec.runtime_directory, 0755))
    return *bad;
  // An earlier container of this id may have ended a moment ago.
  if (::unlink(status_path(spec.runtime_directory).c_str()) != 0 && errno != ENOENT)
    return system_failure("remove", status_path(spec.runtime_directory));
  auto go = make_pipe(0);
  if (!go)
    return failure{go.error()};
  auto report = make_pipe(O_NONBLOCK);
  if (!report)
    return failure{report.error()};

  spawn_plan plan;
  pid_t pid = 0;
  int error = plan.prepare(description.get(), go->read.get(), report->write.get());
  if (error == 0)
    error = plan.spawn(pid, init_binary, spec.label);
  if (error != 0)
    return failure{"cannot start '" + init_binary + "': " + std::strerror(error)};

  launched_process result;
  result.go = std::move(go->write);
  result.report = std::move(report->read);
  if (auto bad = record_identity(result, pid, spec.runtime_directory)) {
    ::kill(pid, SIGKILL); // our child, not waited for: the pid is still its own
    ::waitpid(pid, nullptr, 0);
    return *bad;
  }
  return result;
}

std::optional<failure> let_go(launched_process& process) {
  // MSG_NOSIGNAL does not exist for pipes; a reader that has gone must not kill the agent.
  sigset_t broken, before;
  ::sigemptyset(&broken);
  ::sigaddset(&broken, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &broken, &before);
  const ssize_t written = ::write(process.go.get(), &init::go_byte, 1);
  const int error = errno;
  if (written != 1) {
    const timespec now{0, 0};
    ::sigtimedwait(&broken, nullptr, &now);
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  process.go.reset();
  errno = error;
  if (written != 1)
    return system_failure("give the go-ahead to", "troupe-init");
  return std::nullopt;
}

start_report read_report(const file_descriptor& report) {
  init::report content{};
  ssize_t got = 0;
  do {
    got = ::read(report.get(), &content, sizeof content);
  } while (got < 0 && errno == EINTR);
  if (got == sizeof content)
    return content;
  if (got < 0 && errno == EAGAIN)
    return no_report{};
  return init_died{};
}

std::optional<failure> signal_all(const file_descriptor& process, int signal) {
  if (signal < 1 || signal > 64)
    return failure{"signal " + std::to_string(signal) + " does not exist"};
  return queue_request(process, signal);
}

std::optional<failure> request_destroy(const file_descriptor& process) {
  return queue_request(process, init::request_destroy);
}

outcome<int> settle(const process_identity& identity, const std::string& directory) {
  if (const auto status = read_status(directory))
    return *status;
  if (auto bad = kill_tree(identity))
    return *bad;
  if (auto bad = write_file(status_path(directory), std::to_string(SIGKILL) + '\n'))
    return *bad;
  return SIGKILL;
}

outcome<std::vector<recovered_container>> recover(const std::string& runtime_dir) {
  auto records = read_records(runtime_dir);
  if (!records)
    return failure{records.error()};
  std::vector<recovered_container> result;
  for (auto& record : *records) {
    recovered_container found;
    if (record.identity) {
      auto process = open_process(*record.identity);
      if (!process)
        return failure{process.error()};
      found.process = *std::move(process);
    }
    found.record = std::move(record);
    result.push_back(std::move(found));
  }
  return result;
}

} // namespace troupe::isolators
