#include "daemons/troupe_init/command.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::init {
namespace {

struct failure {
  step where;
  int error;
};

[[noreturn]] void give_up(int pipe, step where) {
  const failure what{where, errno};
  // Without a reader init itself was killed, and nobody is left to tell.
  [[maybe_unused]] const ssize_t told = write(pipe, &what, sizeof what);
  _exit(exit_not_started);
}

void default_signals() {
  for (int number = 1; number < NSIG; ++number) {
    if (number != SIGKILL && number != SIGSTOP)
      signal(number, SIG_DFL);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

void switch_user(const description& what, int pipe) {
  if (what.user == nullptr)
    return;
  // Without privilege a switch to oneself is no switch, and the kernel would refuse setgroups.
  const bool same = what.user->uid == geteuid() && what.user->gid == getegid();
  if (same && geteuid() != 0)
    return;
  if (setgroups(what.group_count, what.groups) != 0)
    give_up(pipe, step::set_groups);
  if (setresgid(what.user->gid, what.user->gid, what.user->gid) != 0)
    give_up(pipe, step::set_gid);
  if (setresuid(what.user->uid, what.user->uid, what.user->uid) != 0)
    give_up(pipe, step::set_uid);
}

[[noreturn]] void become_command(const description& what, pid_t init, int pipe) {
  // A group of its own inside the container's session: `killpg(0)` of an executor spares init.
  if (setpgid(0, 0) != 0)
    give_up(pipe, step::create_group);
  for (std::size_t i = 0; i < what.rlimit_count; ++i) {
    const resource_limit& limit = what.rlimits[i];
    const rlimit value{limit.soft, limit.hard};
    if (setrlimit(static_cast<__rlimit_resource_t>(limit.resource), &value) != 0)
      give_up(pipe, step::set_rlimit);
  }
  switch_user(what, pipe);
  // After the switch, which clears it. The parent may be gone by now: then nobody would be told.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
    give_up(pipe, step::tie_to_parent);
  if (getppid() != init)
    _exit(exit_not_started);
  umask(what.file_mask);
  if (chdir(what.directory) != 0)
    give_up(pipe, step::enter_directory);
  default_signals();
  environ = what.variables;
  execvp(what.executable, what.arguments);
  give_up(pipe, step::execute);
}

} // namespace

command_start start_command(const description& what) {
  command_start result;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    result.where = step::create_pipe;
    result.error = errno;
    return result;
  }
  const pid_t init = getpid();
  const pid_t child = fork();
  if (child == 0)
    become_command(what, init, ends[1]);
  const int fork_error = errno;
  close(ends[1]);
  if (child < 0) {
    result.where = step::fork_command;
    result.error = fork_error;
  } else {
    failure what_failed{};
    ssize_t got = 0;
    do {
      got = read(ends[0], &what_failed, sizeof what_failed);
    } while (got < 0 && errno == EINTR);
    if (got == sizeof what_failed) {
      result.where = what_failed.where;
      result.error = what_failed.error;
      waitpid(child, nullptr, 0);
    } else {
      result.pid = child;
    }
  }
  close(ends[0]);
  return result;
}

} // namespace troupe::init
