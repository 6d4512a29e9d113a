#include "daemons/troupe_init/supervision.hpp"

#include "isolators/init_protocol.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <initializer_list>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::init {
namespace {

struct pid_list {
  pid_t* pids = nullptr;
  std::size_t count = 0;
  std::size_t capacity = 0;

  bool append(pid_t pid) {
    if (count == capacity) {
      const std::size_t wanted = capacity == 0 ? 64 : capacity * 2;
      auto* grown = static_cast<pid_t*>(std::realloc(pids, wanted * sizeof(pid_t)));
      if (grown == nullptr)
        return false;
      pids = grown;
      capacity = wanted;
    }
    pids[count++] = pid;
    return true;
  }
};

/// Add the children of one thread: `/proc/<pid>/task/<tid>/children`, pids separated by spaces.
void add_children_of_thread(const char* pid, const char* thread, pid_list& out) {
  char path[sizeof(dirent::d_name) + 40];
  std::snprintf(path, sizeof path, "/proc/%s/task/%s/children", pid, thread);
  FILE* file = std::fopen(path, "re");
  if (file == nullptr)
    return; // the thread has ended: its children are init's now, or another thread's
  for (int child = 0; std::fscanf(file, "%d", &child) == 1;)
    out.append(child);
  std::fclose(file);
}

void add_children(pid_t process, pid_list& out) {
  char pid[16];
  char path[48];
  std::snprintf(pid, sizeof pid, "%d", process);
  std::snprintf(path, sizeof path, "/proc/%s/task", pid);
  DIR* threads = opendir(path);
  if (threads == nullptr)
    return;
  while (const dirent* entry = readdir(threads)) {
    if (entry->d_name[0] != '.')
      add_children_of_thread(pid, entry->d_name, out);
  }
  closedir(threads);
}

void complain(const char* what, const char* path) {
  dprintf(STDERR_FILENO, "troupe-init: cannot %s '%s': %s\n", what, path, std::strerror(errno));
}

/// The state of the watch: the command's status once it is known.
struct watch {
  pid_t command;
  const char* status_path;
  bool ended = false;
  int status = 0;

  void reaped(pid_t pid, int raw) {
    if (pid != command || ended)
      return;
    ended = true;
    status = raw;
    record_status(status_path, raw);
  }

  void reap_ended() {
    int raw = 0;
    for (pid_t pid = 0; (pid = waitpid(-1, &raw, WNOHANG)) > 0;)
      reaped(pid, raw);
  }

  /// Kill until nothing is left. Whatever dies hands its children to us, so this reaches all of them.
  void sweep() {
    for (;;) {
      signal_descendants(SIGKILL);
      int raw = 0;
      const pid_t pid = waitpid(-1, &raw, 0);
      if (pid > 0)
        reaped(pid, raw);
      else if (errno == ECHILD)
        return;
      reap_ended();
    }
  }
};

bool is_request(const siginfo_t& info) {
  return info.si_signo == request_signal && info.si_code == SI_QUEUE;
}

} // namespace

void record_status(const char* path, int status) {
  char temporary[4096];
  const int length = std::snprintf(temporary, sizeof temporary, "%s.tmp", path);
  if (length < 0 || static_cast<std::size_t>(length) >= sizeof temporary) {
    errno = ENAMETOOLONG;
    complain("record the status in", path);
    return;
  }
  const int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
  const bool written = fd >= 0 && dprintf(fd, "%d\n", status) > 0;
  if (fd >= 0)
    close(fd);
  if (!written || rename(temporary, path) != 0)
    complain("record the status in", path);
}

void signal_descendants(int number) {
  pid_list all;
  add_children(getpid(), all);
  // Breadth first; the list grows while it is read.
  for (std::size_t i = 0; i < all.count; ++i)
    add_children(all.pids[i], all);
  for (std::size_t i = 0; i < all.count; ++i)
    kill(all.pids[i], number);
  std::free(all.pids);
}

sigset_t supervised_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (int number : {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, request_signal})
    sigaddset(&set, number);
  return set;
}

int supervise(pid_t command, const char* status_path) {
  watch state{command, status_path};
  const sigset_t waited = supervised_signals();
  while (!state.ended) {
    siginfo_t info{};
    if (sigwaitinfo(&waited, &info) < 0)
      continue; // EINTR after a stop and continue
    if (info.si_signo == SIGCHLD) {
      state.reap_ended();
    } else if (is_request(info)) {
      if (info.si_value.sival_int == request_destroy)
        break;
      signal_descendants(info.si_value.sival_int);
    } else if (info.si_signo != request_signal) {
      dprintf(STDERR_FILENO, "troupe-init: passing signal %d of process %d on to the command\n",
              info.si_signo, info.si_pid);
      kill(-command, info.si_signo);
    }
  }
  state.sweep();
  return state.status;
}

} // namespace troupe::init
