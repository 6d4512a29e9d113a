#include "support.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace troupe;
using namespace troupe::isolators;
using namespace troupe::isolators::test;

TEST_CASE("a command runs in its sandbox and its output lands in stdout and stderr") {
  scratch folder;
  container c(folder);
  const auto report = c.start_shell("pwd; echo oops >&2; exit 7");
  CHECK(report.result == init::verdict::started);
  CHECK(c.wait_for_end() == 7 << 8);
  CHECK(c.out() == c.sandbox() + "\n");
  CHECK(c.err() == "oops\n");
  CHECK(reap(c.process.process) == 7 << 8);
}

TEST_CASE("a command killed by a signal is recorded as such, by init's own end, too") {
  scratch folder;
  container c(folder);
  c.start_shell("kill -SEGV $$");
  CHECK((c.wait_for_end() & 0x7f) == SIGSEGV);
  const auto init_status = reap(c.process.process);
  REQUIRE(init_status);
  CHECK(WIFSIGNALED(*init_status));
  CHECK(WTERMSIG(*init_status) == SIGSEGV);
}

TEST_CASE("a command sees exactly the environment it was given") {
  scratch folder;
  container c(folder);
  c.spec.environment = {{"A", "1"}, {"B", "two words"}};
  c.spec.executable = "/usr/bin/env";
  c.start();
  c.wait_for_end();
  CHECK(c.out() == "A=1\nB=two words\n");
}

TEST_CASE("a command without a slash is looked up in the PATH it was given") {
  scratch folder;
  container c(folder);
  std::filesystem::create_directory(folder / "tools");
  std::filesystem::create_symlink("/bin/echo", folder / "tools/say");
  c.spec.environment["PATH"] = folder / "tools";
  c.spec.executable = "say";
  c.spec.arguments = {"echo", "hello"};
  CHECK(c.start().result == init::verdict::started);
  c.wait_for_end();
  CHECK(c.out() == "hello\n");
}

TEST_CASE("a missing executable is reported, told on stderr and recorded as 127") {
  scratch folder;
  container c(folder);
  c.spec.executable = "/no/such/program";
  const auto report = c.start();
  REQUIRE(report.result == init::verdict::failed);
  CHECK(failure_text(report, c.spec) ==
        "cannot execute '/no/such/program': No such file or directory");
  CHECK(c.wait_for_end() == 127 << 8);
  CHECK(c.err() == "troupe-init: cannot execute '/no/such/program': No such file or directory\n");
}

TEST_CASE("a file that may not be executed is reported and recorded as 126") {
  scratch folder;
  container c(folder);
  REQUIRE_FALSE(write_file(c.sandbox() + "/plain", "x"));
  c.spec.executable = c.sandbox() + "/plain";
  const auto report = c.start();
  REQUIRE(report.result == init::verdict::failed);
  CHECK(failure_text(report, c.spec) ==
        "cannot execute '" + c.spec.executable + "': Permission denied");
  CHECK(c.wait_for_end() == 126 << 8);
}

TEST_CASE("a missing working directory is reported by name") {
  scratch folder;
  container c(folder);
  c.spec.directory = folder / "nowhere";
  const auto report = c.start_shell("true");
  REQUIRE(report.result == init::verdict::failed);
  CHECK(failure_text(report, c.spec) ==
        "cannot enter the working directory '" + c.spec.directory + "': No such file or directory");
}

TEST_CASE("a link in place of the stdout file is refused instead of followed") {
  scratch folder;
  container c(folder);
  REQUIRE_FALSE(write_file(folder / "victim", "precious"));
  std::filesystem::create_symlink(folder / "victim", c.spec.stdout_path);
  const auto report = c.start_shell("echo overwritten");
  REQUIRE(report.result == init::verdict::failed);
  CHECK(report.where == init::step::open_stdout);
  CHECK(folder.read("victim") == "precious");
}

TEST_CASE("nothing runs before the go-ahead, and init leaves when nobody is there to give it") {
  scratch folder;
  container c(folder);
  c.set_shell("echo ran");
  c.launch();
  CHECK(std::holds_alternative<no_report>(read_report(c.process.report)));
  c.process.go.reset();
  REQUIRE(wait_readable(c.process.process));
  CHECK(std::holds_alternative<init_died>(read_report(c.process.report)));
  CHECK(c.out().empty());
  CHECK(reap(c.process.process) == init::exit_not_started << 8);
}

TEST_CASE("the command leads its own group inside the container's session") {
  scratch folder;
  container c(folder);
  const auto report = c.start_shell("sleep 60");
  const auto stat = read_stat(report.pid);
  REQUIRE(stat);
  CHECK(stat->group == report.pid);
  CHECK(stat->session == c.process.identity.pid);
  CHECK(stat->parent == c.process.identity.pid);
  const auto mine = read_stat(::getpid());
  REQUIRE(mine);
  CHECK(stat->session != mine->session);
}

TEST_CASE("a command that kills its whole group is still recorded") {
  scratch folder;
  container c(folder);
  c.start_shell("kill -9 0");
  CHECK(c.wait_for_end() == SIGKILL);
  CHECK(reap(c.process.process) == SIGKILL);
}

TEST_CASE("limits, umask and user are those of the description") {
  if (::geteuid() != 0) {
    WARN("skipped: switching the user needs root");
    return;
  }
  scratch folder;
  container c(folder);
  const auto user = find_user("nobody");
  REQUIRE(user);
  c.spec.user = *user;
  c.spec.file_mask = 077;
  c.spec.rlimits = {{RLIMIT_CORE, 0, 0, 0}, {RLIMIT_NOFILE, 0, 123, 456}};
  c.start_shell("id -u; id -g; umask; ulimit -Sn; ulimit -Hn; ulimit -c");
  CHECK(c.wait_for_end() == 0);
  CHECK(c.out() ==
        std::to_string(user->uid) + "\n" + std::to_string(user->gid) + "\n0077\n123\n456\n0\n");
  struct stat info {};
  REQUIRE(::stat(c.spec.stdout_path.c_str(), &info) == 0);
  CHECK(info.st_uid == user->uid);
}

TEST_CASE("a working directory that the user may not enter is reported") {
  if (::geteuid() != 0) {
    WARN("skipped: switching the user needs root");
    return;
  }
  scratch folder;
  container c(folder);
  c.spec.user = *find_user("nobody");
  std::filesystem::create_directory(folder / "private");
  std::filesystem::permissions(folder / "private", std::filesystem::perms(0700));
  c.spec.directory = folder / "private";
  const auto report = c.start_shell("true");
  REQUIRE(report.result == init::verdict::failed);
  CHECK(report.where == init::step::enter_directory);
  CHECK(report.error == EACCES);
}

TEST_CASE("a limit that may not be raised is reported") {
  scratch folder;
  container c(folder);
  c.spec.rlimits = {{RLIMIT_NOFILE, 0, 20, 10}}; // soft above hard
  const auto report = c.start_shell("true");
  REQUIRE(report.result == init::verdict::failed);
  CHECK(report.where == init::step::set_rlimit);
  CHECK(report.error == EINVAL);
}

TEST_CASE("an unknown user is refused by name") {
  const auto user = find_user("no-such-user-here");
  REQUIRE_FALSE(user);
  CHECK(user.error() == "user 'no-such-user-here' does not exist on this agent");
}

TEST_CASE("a launch with texts that no kernel takes is refused before anything starts") {
  scratch folder;
  container c(folder);
  c.spec.executable = "/bin/true";
  SECTION("no executable") {
    c.spec.executable.clear();
  }
  SECTION("zero byte in an argument") {
    c.spec.arguments.push_back(std::string("a\0b", 3));
  }
  SECTION("zero byte in a value") {
    c.spec.environment["X"] = std::string("a\0b", 3);
  }
  SECTION("equals sign in a name") {
    c.spec.environment["X=Y"] = "1";
  }
  SECTION("relative folder") {
    c.spec.directory = "somewhere";
  }
  CHECK_FALSE(launch(init_binary(), c.spec));
  CHECK_FALSE(std::filesystem::exists(c.spec.runtime_directory));
}

TEST_CASE("an environment beyond a pipe's capacity arrives whole") {
  scratch folder;
  container c(folder);
  c.spec.environment["BIG"] = std::string(100'000, 'x');
  c.spec.environment["BIGGER"] = std::string(120'000, 'y');
  c.start_shell("echo ${#BIG} ${#BIGGER}");
  CHECK(c.wait_for_end() == 0);
  CHECK(c.out() == "100000 120000\n");
}

TEST_CASE("the command inherits no descriptor of the agent") {
  scratch folder;
  container c(folder);
  const file_descriptor leaky(::open("/dev/null", O_RDONLY)); // on purpose without CLOEXEC
  c.start_shell("i=3; while [ $i -lt 200 ]; do [ -e /proc/$$/fd/$i ] && echo $i; i=$((i+1)); done");
  c.wait_for_end();
  CHECK(c.out().empty());
}

TEST_CASE("a thousand launches one after the other leave nothing behind") {
  scratch folder;
  const auto descriptors = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  };
  const auto before = descriptors();
  for (int i = 0; i < 1000; ++i) {
    container c(folder, "c" + std::to_string(i));
    c.spec.executable = "/bin/true";
    REQUIRE(c.start().result == init::verdict::started);
    REQUIRE(c.wait_for_end() == 0);
    REQUIRE(reap(c.process.process) == 0);
  }
  CHECK(descriptors() == before);
}
