#include "agent/meta_store.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/resource.h>

using namespace troupe;
using namespace troupe::agent;
namespace fs = std::filesystem;

namespace {

struct folder {
  folder() {
    std::string name = (fs::temp_directory_path() / "troupe-meta-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~folder() { fs::remove_all(path); }
  fs::path path;
};

checkpoint_files read(const fs::path& path) {
  meta_store store{path.string()};
  checkpoint_files out;
  REQUIRE_FALSE(store.read_all(out));
  return out;
}

} // namespace

TEST_CASE("what was committed is read by the next process") {
  folder f;
  meta_store store{(f.path / "meta").string()};
  REQUIRE_FALSE(store.write("slaves/a/info", "one"));
  REQUIRE_FALSE(store.append("slaves/a/log", "x"));
  REQUIRE_FALSE(store.append("slaves/a/log", "y"));
  REQUIRE_FALSE(store.commit());
  CHECK(read(f.path / "meta") ==
        checkpoint_files{{"slaves/a/info", "one"}, {"slaves/a/log", "xy"}});
}

TEST_CASE("a write replaces the file whole, and only at the commit") {
  folder f;
  meta_store store{f.path.string()};
  REQUIRE_FALSE(store.write("a", "old"));
  REQUIRE_FALSE(store.commit());
  REQUIRE_FALSE(store.write("a", "new"));
  CHECK(fs::file_size(f.path / "a") == 3);
  std::ifstream before{f.path / "a"};
  std::string text;
  before >> text;
  CHECK(text == "old");
  REQUIRE_FALSE(store.commit());
  CHECK(read(f.path) == checkpoint_files{{"a", "new"}});
}

TEST_CASE("writes and appends of one file keep their order within a commit") {
  folder f;
  meta_store store{f.path.string()};
  REQUIRE_FALSE(store.write("a", "1"));
  REQUIRE_FALSE(store.append("a", "2"));
  REQUIRE_FALSE(store.write("b", "1"));
  REQUIRE_FALSE(store.write("b", "2"));
  REQUIRE_FALSE(store.append("c", "1"));
  REQUIRE_FALSE(store.write("c", "2"));
  REQUIRE_FALSE(store.commit());
  CHECK(read(f.path) == checkpoint_files{{"a", "12"}, {"b", "2"}, {"c", "2"}});
}

TEST_CASE("removing a folder takes what was just written into it") {
  folder f;
  meta_store store{f.path.string()};
  REQUIRE_FALSE(store.write("d/a", "1"));
  REQUIRE_FALSE(store.append("d/b", "1"));
  REQUIRE_FALSE(store.write("da", "1"));
  REQUIRE_FALSE(store.remove("d"));
  REQUIRE_FALSE(store.commit());
  CHECK(read(f.path) == checkpoint_files{{"da", "1"}});
}

TEST_CASE("removing what is not there is fine") {
  folder f;
  meta_store store{f.path.string()};
  CHECK_FALSE(store.remove("nothing/here"));
  CHECK_FALSE(store.commit());
}

TEST_CASE("temporary files that a crash left are removed and not read") {
  folder f;
  std::ofstream{f.path / "a.tmp"} << "half";
  CHECK(read(f.path).empty());
  CHECK_FALSE(fs::exists(f.path / "a.tmp"));
}

TEST_CASE(
    "a path that cannot be made is reported with its name, and nothing is accepted after it") {
  folder f;
  std::ofstream{f.path / "file"} << "x";
  meta_store store{f.path.string()};
  const auto why = store.write("file/below", "1");
  REQUIRE(why);
  CHECK(why->find("file/below") != std::string::npos);
  CHECK(why->find("Not a directory") != std::string::npos);
  CHECK(store.write("other", "1") == why);
  CHECK(store.commit() == why);
}

TEST_CASE("a disk that takes no more is reported") {
  folder f;
  meta_store store{f.path.string()};
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  rlimit small = limit;
  small.rlim_cur = 4096;
  ::setrlimit(RLIMIT_FSIZE, &small);
  const auto why = store.append("a", std::string(10000, 'x'));
  ::setrlimit(RLIMIT_FSIZE, &limit);
  std::signal(SIGXFSZ, before);
  REQUIRE(why);
  CHECK(*why == "cannot append to a: File too large");
}

TEST_CASE("volumes are made with the folders above them, and removed with their data") {
  folder f;
  const auto place = f.path / "volumes" / "roles" / "eng dev";
  meta_store store{(f.path / "meta").string()};
  REQUIRE_FALSE(store.change({{place / "v1", place / "v2"}, {}, {}}));
  REQUIRE_FALSE(store.commit());
  std::ofstream{place / "v1" / "data"} << "x";
  REQUIRE_FALSE(store.change({{place / "v1"}, {place / "v2", place / "never"}, {}}));
  CHECK(fs::exists(place / "v1" / "data"));
  CHECK_FALSE(fs::exists(place / "v2"));
  REQUIRE_FALSE(store.change({{}, {place / "v1"}, {}}));
  REQUIRE_FALSE(store.commit());
  CHECK_FALSE(fs::exists(place / "v1"));
}

TEST_CASE("a volume that is a mount point is emptied and stays") {
  folder f;
  const auto root = f.path / "disk";
  fs::create_directories(root / "a" / "b");
  fs::create_symlink(f.path, root / "link");
  meta_store store{(f.path / "meta").string()};
  REQUIRE_FALSE(store.change({{}, {}, {root}}));
  CHECK(fs::is_directory(root));
  CHECK(fs::is_empty(root));
  CHECK(fs::exists(f.path));
}

TEST_CASE("what was written before volumes change is durable before they do") {
  folder f;
  meta_store store{(f.path / "meta").string()};
  REQUIRE_FALSE(store.write("resources/target", "x"));
  REQUIRE_FALSE(store.change({{f.path / "v"}, {}, {}}));
  CHECK(fs::exists(f.path / "meta" / "resources" / "target"));
}

TEST_CASE("a volume that cannot be made is a problem that names it") {
  folder f;
  std::ofstream{f.path / "file"} << "x";
  meta_store store{(f.path / "meta").string()};
  const auto why = store.change({{f.path / "file" / "v"}, {}, {}});
  REQUIRE(why);
  CHECK(why->find("cannot create") == 0);
  CHECK(why->find("file/v") != std::string::npos);
}
