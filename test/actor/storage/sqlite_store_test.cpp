#include "storage/sqlite_store.hpp"

#include <catch2/catch.hpp>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

using namespace troupe;

namespace {

struct temporary_folder {
  temporary_folder() {
    char name[] = "/tmp/troupe-store-XXXXXX";
    REQUIRE(mkdtemp(name));
    path = name;
  }
  ~temporary_folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

sqlite_store open(const std::filesystem::path& file) {
  auto store = sqlite_store::open(file);
  INFO((store ? std::string() : store_reason(store.error())));
  REQUIRE(store);
  return std::move(*store);
}

/// Runs `work` in a child process; its result is the exit status, -1 after a signal.
template <class Work>
int in_child(Work work) {
  auto child = fork();
  REQUIRE(child >= 0);
  if (child == 0)
    _exit(work());
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int code_of(const caf::error& error) {
  return static_cast<int>(store_code(error));
}

} // namespace

TEST_CASE("a variable that was never stored has version 0 and no bytes") {
  temporary_folder folder;
  auto store = open(folder.path / "sub" / "registry.db");
  auto variable = store.fetch("registry");
  REQUIRE(variable);
  CHECK(variable->version == 0);
  CHECK(variable->bytes.empty());
}

TEST_CASE("a stored variable is read back, whatever its bytes are") {
  temporary_folder folder;
  auto store = open(folder.path / "registry.db");
  auto bytes = GENERATE(std::string(), std::string("a\0b\xff", 4), std::string(3 << 20, 'x'));
  REQUIRE(store.put("v", 0, bytes));
  auto variable = store.fetch("v");
  REQUIRE(variable);
  CHECK(variable->version == 1);
  CHECK((variable->bytes == bytes));
  CHECK(store.fetch("w")->version == 0);
}

TEST_CASE("each put adds one to the version") {
  temporary_folder folder;
  auto store = open(folder.path / "registry.db");
  CHECK(store.put("v", 0, "a")->version == 1);
  CHECK(store.put("v", 1, "b")->version == 2);
  CHECK(store.fetch("v")->bytes == "b");
}

TEST_CASE("a put with another version is a conflict and changes nothing") {
  temporary_folder folder;
  auto store = open(folder.path / "registry.db");
  REQUIRE(store.put("v", 0, "a"));
  for (std::uint64_t version : {0, 2, 7}) {
    auto refused = store.put("v", version, "b");
    REQUIRE_FALSE(refused);
    CHECK(store_code(refused.error()) == store_ec::conflict);
    CHECK(store_reason(refused.error()) ==
          "variable 'v' has version 1, not " + std::to_string(version));
  }
  CHECK(store.fetch("v")->bytes == "a");
  CHECK(store_code(store.put("new", 3, "b").error()) == store_ec::conflict);
  CHECK(store.fetch("new")->version == 0);
}

TEST_CASE("what was answered survives a kill of the process") {
  temporary_folder folder;
  auto file = folder.path / "registry.db";
  in_child([&] {
    auto store = open(file);
    store.put("v", 0, "first").value();
    store.put("v", 1, "second").value();
    return raise(SIGKILL);
  });
  auto store = open(file);
  CHECK(store.fetch("v")->bytes == "second");
  CHECK(store.put("v", 2, "third")->version == 3);
}

TEST_CASE("a second user of the same file is refused") {
  temporary_folder folder;
  auto file = folder.path / "registry.db";
  auto first = open(file);
  REQUIRE(first.put("v", 0, "a"));
  auto second = sqlite_store::open(file);
  REQUIRE_FALSE(second);
  CHECK(store_code(second.error()) == store_ec::busy);
  CHECK(store_reason(second.error()).find(file.string()) != std::string::npos);
  CHECK(first.put("v", 1, "b"));
}

TEST_CASE("a file that is no store is corrupted, not overwritten") {
  temporary_folder folder;
  auto file = folder.path / "registry.db";
  std::string text(8192, '#');
  std::ofstream(file) << text;
  auto store = sqlite_store::open(file);
  REQUIRE_FALSE(store);
  CHECK(store_code(store.error()) == store_ec::corrupted);
  CHECK(std::filesystem::file_size(file) == text.size());
}

TEST_CASE("damaged bytes are noticed") {
  temporary_folder folder;
  auto file = folder.path / "registry.db";
  {
    auto store = open(file);
    REQUIRE(store.put("v", 0, "precious content"));
  }
  std::fstream raw(file, std::ios::in | std::ios::out | std::ios::binary);
  std::string all((std::istreambuf_iterator<char>(raw)), {});
  auto place = all.find("precious");
  REQUIRE(place != std::string::npos);
  raw.clear();
  raw.seekp(static_cast<std::streamoff>(place));
  raw.put('P');
  raw.close();
  auto store = open(file);
  auto variable = store.fetch("v");
  REQUIRE_FALSE(variable);
  CHECK(store_code(variable.error()) == store_ec::corrupted);
}

TEST_CASE("a store of a newer layout is left alone") {
  temporary_folder folder;
  auto file = folder.path / "registry.db";
  open(file);
  std::fstream raw(file, std::ios::in | std::ios::out | std::ios::binary);
  // The file format keeps user_version as a big-endian number at offset 60.
  raw.seekp(63);
  raw.put(99);
  raw.close();
  auto store = sqlite_store::open(file);
  REQUIRE_FALSE(store);
  CHECK(store_reason(store.error()).find("newer version") != std::string::npos);
}

TEST_CASE("a place without permission is unwritable") {
  temporary_folder folder;
  auto file = folder.path / "registry.db";
  REQUIRE(chmod(folder.path.c_str(), 0555) == 0);
  // Root may write everywhere: become nobody first.
  auto code = in_child([&] {
    if (geteuid() == 0 && setuid(65534) != 0)
      return 99;
    auto store = sqlite_store::open(file);
    return store ? 98 : code_of(store.error());
  });
  CHECK(code == static_cast<int>(store_ec::unwritable));
  CHECK(store_code(sqlite_store::open("/proc/no/registry.db").error()) == store_ec::unwritable);
}

TEST_CASE("a file that may only be read is unwritable") {
  temporary_folder folder;
  auto file = folder.path / "registry.db";
  open(file);
  REQUIRE(chmod(folder.path.c_str(), 0777) == 0);
  REQUIRE(chmod(file.c_str(), 0444) == 0);
  auto code = in_child([&] {
    if (geteuid() == 0 && setuid(65534) != 0)
      return 99;
    auto store = sqlite_store::open(file);
    return store ? 98 : code_of(store.error());
  });
  CHECK(code == static_cast<int>(store_ec::unwritable));
}

TEST_CASE("a full store says so, keeps what it had and works on when there is space") {
  temporary_folder folder;
  auto store = open(folder.path / "registry.db");
  REQUIRE(store.put("v", 0, "small"));
  REQUIRE(store.limit_size(64 << 10));
  auto refused = store.put("v", 1, std::string(1 << 20, 'x'));
  REQUIRE_FALSE(refused);
  CHECK(store_code(refused.error()) == store_ec::full);
  CHECK(store.fetch("v")->bytes == "small");
  REQUIRE(store.limit_size(8 << 20));
  CHECK(store.put("v", 1, std::string(1 << 20, 'x'))->version == 2);
}

TEST_CASE("a limit of the system on the file's size counts as full") {
  temporary_folder folder;
  auto file = folder.path / "registry.db";
  auto code = in_child([&] {
    signal(SIGXFSZ, SIG_IGN);
    auto store = open(file);
    store.put("v", 0, "small").value();
    rlimit limit{256 << 10, 256 << 10};
    setrlimit(RLIMIT_FSIZE, &limit);
    auto refused = store.put("v", 1, std::string(1 << 20, 'x'));
    if (refused || store.fetch("v")->bytes != "small")
      return 98;
    return code_of(refused.error());
  });
  CHECK(code == static_cast<int>(store_ec::full));
  auto store = open(file);
  CHECK(store.fetch("v")->bytes == "small");
}
