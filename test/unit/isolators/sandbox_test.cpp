#include "support.hpp"

#include "isolators/sandbox.hpp"

#include <sys/stat.h>

using namespace troupe;
using namespace troupe::isolators;
using namespace troupe::isolators::test;

namespace {

struct stat stat_of(const std::string& path) {
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info;
}

outcome<std::string> path_of(const std::string& work, const std::string& executor,
                             const std::string& container) {
  return executor_sandbox(work, agent_id("S0"), framework_id("F"), executor_id(executor),
                          container_id(container));
}

} // namespace

TEST_CASE("sandboxes lie where operators and clients look for them") {
  CHECK(*path_of("/w", "ex 1", "c") == "/w/slaves/S0/frameworks/F/executors/ex 1/runs/c");
  CHECK(*nested_sandbox("/w/x", "child") == "/w/x/containers/child");
  CHECK(*standalone_sandbox("/w", container_id("alone")) == "/w/containers/alone");
}

TEST_CASE("ids that are no folder name are refused by kind and value") {
  for (const std::string id : {"", ".", "..", "a/b"})
    CHECK_FALSE(path_of("/w", id, "c"));
  CHECK(path_of("/w", "../x", "c").error().starts_with("executor id '../x' cannot name a folder"));
  CHECK(path_of("/w", "e", "a/b").error().starts_with("container id 'a/b'"));
}

TEST_CASE("a sandbox belongs to its user alone and latest leads to the newest run") {
  scratch folder;
  const auto user = find_user(::geteuid() == 0 ? "nobody" : "");
  REQUIRE(user);
  for (const std::string run : {"r1", "r2"}) {
    const auto path = path_of(folder.path(), "e", run);
    REQUIRE_FALSE(create_sandbox(folder.path(), *path, *user));
    CHECK((stat_of(*path).st_mode & 07777) == 0750);
    CHECK(stat_of(*path).st_uid == user->uid);
    const auto runs = std::filesystem::path(*path).parent_path();
    CHECK((stat_of(runs).st_mode & 07777) == 0755);
    CHECK(stat_of(runs).st_uid == ::geteuid());
    CHECK(std::filesystem::read_symlink(runs / "latest") == run);
  }
}

TEST_CASE("making a sandbox twice is fine") {
  scratch folder;
  const auto path = path_of(folder.path(), "e", "r");
  REQUIRE_FALSE(create_sandbox(folder.path(), *path, *find_user("")));
  CHECK_FALSE(create_sandbox(folder.path(), *path, *find_user("")));
}

TEST_CASE("a link below the work directory is never followed") {
  scratch folder;
  std::filesystem::create_directories(folder / "elsewhere");
  std::filesystem::create_directories(folder / "work/parent");
  SECTION("in the middle") {
    std::filesystem::create_symlink(folder / "elsewhere", folder / "work/parent/containers");
  }
  SECTION("as the sandbox itself") {
    std::filesystem::create_directories(folder / "work/parent/containers");
    std::filesystem::create_symlink(folder / "elsewhere", folder / "work/parent/containers/c");
  }
  const auto path = nested_sandbox(folder / "work/parent", "c");
  CHECK(create_sandbox(folder / "work", *path, *find_user("")));
  CHECK(std::filesystem::is_empty(folder / "elsewhere"));
}

TEST_CASE("a sandbox outside the work directory is refused") {
  scratch folder;
  CHECK(create_sandbox(folder / "work", folder / "other/c", *find_user("")));
  CHECK(create_sandbox(folder.path(), folder / "a/../b", *find_user("")));
  CHECK_FALSE(std::filesystem::exists(folder / "other"));
}
