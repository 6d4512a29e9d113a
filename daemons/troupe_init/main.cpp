/// troupe-init: the one process that Troupe adds to a container. Started by the launcher, it becomes what
/// the description says, waits for the go-ahead, starts the command, reaps, records how the command ended,
/// kills what is left and exits the same way. It needs nobody: the agent may die and come back meanwhile.
#include "daemons/troupe_init/command.hpp"
#include "daemons/troupe_init/supervision.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <initializer_list>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using namespace troupe::init;

void send_report(const report& what) {
  // An agent that died meanwhile reads nothing; the pid and status files tell its successor.
  signal(SIGPIPE, SIG_IGN);
  if (write(report_fd, &what, sizeof what) != sizeof what)
    dprintf(STDERR_FILENO, "troupe-init: nobody hears the report: %s\n", std::strerror(errno));
  close(report_fd);
}

int exit_code(step where, int error) {
  return where == step::execute && error == ENOENT ? exit_not_found : exit_not_started;
}

/// The part of the description that a step is about; null when it is about none.
const char* subject(const description& what, step where) {
  switch (where) {
  case step::open_stdout:
    return what.stdout_path;
  case step::open_stderr:
    return what.stderr_path;
  case step::enter_directory:
    return what.directory;
  case step::execute:
    return what.executable;
  default:
    return nullptr;
  }
}

/// Say why, everywhere it is looked for: the sandbox's stderr, the status file, the launcher.
[[noreturn]] void fail(const description& what, step where, int error) {
  const char* about = subject(what, where);
  dprintf(STDERR_FILENO, "troupe-init: cannot %s%s%s%s: %s\n", to_string(where),
          about != nullptr ? " '" : "", about != nullptr ? about : "", about != nullptr ? "'" : "",
          std::strerror(error));
  const int code = exit_code(where, error);
  if (what.status_path != nullptr)
    record_status(what.status_path, code << 8);
  send_report({verdict::failed, where, error, 0});
  _exit(code);
}

/// Open for appending, owned by the command's user. Never through a link: the folder is that user's.
void open_output(const description& what, const char* path, int target, step where) {
  const int flags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  const int fd = open(path, flags, 0644);
  if (fd < 0)
    fail(what, where, errno);
  if (what.user != nullptr && geteuid() == 0 && fchown(fd, what.user->uid, what.user->gid) != 0)
    fail(what, where, errno);
  // O_NONBLOCK guards the open alone (a pipe laid there by the user); the command expects blocking writes.
  if (fcntl(fd, F_SETFL, O_APPEND) != 0 || dup2(fd, target) < 0)
    fail(what, where, errno);
  close(fd);
}

void open_stdio(const description& what) {
  const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (null < 0 || dup2(null, STDIN_FILENO) < 0)
    fail(what, step::open_null, errno);
  close(null);
  // stderr first, so that a trouble with stdout can be read there.
  open_output(what, what.stderr_path, STDERR_FILENO, step::open_stderr);
  open_output(what, what.stdout_path, STDOUT_FILENO, step::open_stdout);
}

bool wait_for_go() {
  char byte = 0;
  ssize_t got = 0;
  do {
    got = read(go_fd, &byte, 1);
  } while (got < 0 && errno == EINTR);
  close(go_fd);
  return got == 1 && byte == go_byte;
}

/// End as the command did, so that a parent's wait status tells the same as the file.
[[noreturn]] void exit_like(int status) {
  if (WIFEXITED(status))
    _exit(WEXITSTATUS(status));
  const int number = WTERMSIG(status);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none); // the core, if any, is the command's
  signal(number, SIG_DFL);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_UNBLOCK, &all, nullptr);
  raise(number);
  _exit(128 + number);
}

} // namespace

int main() {
  description what;
  for (int fd : {description_fd, go_fd, report_fd})
    fcntl(fd, F_SETFD, FD_CLOEXEC);
  const sigset_t waited = supervised_signals();
  sigprocmask(SIG_BLOCK, &waited, nullptr);
  if (const int error = read_description(description_fd, what); error != 0)
    fail(what, step::read_description, error);
  close(description_fd);
  if (setsid() < 0)
    fail(what, step::create_session, errno);
  umask(0022);
  open_stdio(what);
  if (!wait_for_go())
    _exit(exit_not_started);
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
    fail(what, step::become_subreaper, errno);
  const command_start started = start_command(what);
  if (started.error != 0)
    fail(what, started.where, started.error);
  send_report({verdict::started, step::execute, 0, started.pid});
  exit_like(supervise(started.pid, what.status_path));
}
