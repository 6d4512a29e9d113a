#include "archive_maker.hpp"
#include "support.hpp"

#include "isolators/archive.hpp"

#include <sys/stat.h>

using namespace troupe;
using namespace troupe::isolators;
using namespace troupe::isolators::test;

namespace {

/// A folder `box` to unpack in and one beside it that must stay untouched.
struct boxed {
  scratch area;
  std::string box = area / "box";

  boxed() {
    std::filesystem::create_directory(box);
    std::filesystem::create_directory(area / "outside");
    REQUIRE_FALSE(write_file(area / "outside/precious", "precious"));
  }

  std::optional<failure> unpack(const std::string& name, const std::vector<member>& members,
                                unpack_limits limits = {}) {
    make_archive(box + "/" + name, members);
    return isolators::unpack(*folder::open(box), name, limits, {});
  }

  std::string read(const std::string& name) const { return area.read("box/" + name); }

  void check_nothing_escaped() const {
    CHECK(area.read("outside/precious") == "precious");
    CHECK(std::distance(std::filesystem::directory_iterator(area / "outside"), {}) == 1);
    CHECK(std::distance(std::filesystem::directory_iterator(area.path()), {}) == 2);
  }
};

} // namespace

TEST_CASE("suffixes tell the kind of an archive") {
  for (const char* name :
       {"a.tar", "a.tgz", "a.tar.gz", "a.tbz2", "a.tar.bz2", "a.txz", "a.tar.xz"})
    CHECK(archive_kind_of(name) == archive_kind::tar);
  CHECK(archive_kind_of("a.zip") == archive_kind::zip);
  CHECK(archive_kind_of("a.gz") == archive_kind::gzip);
  for (const char* name : {"a", "a.tar.x", "tar", "a.bz2", "a.jar", "a.tgz?x=1"})
    CHECK(archive_kind_of(name) == archive_kind::none);
}

TEST_CASE("every kind of archive is unpacked with folders, modes and times") {
  boxed b;
  const std::string name =
      GENERATE("a.tar", "a.tgz", "a.tar.gz", "a.tbz2", "a.tar.bz2", "a.txz", "a.tar.xz", "a.zip");
  CAPTURE(name);
  REQUIRE_FALSE(b.unpack(name, {{"./", "", AE_IFDIR, 0755},
                                {"bin/", "", AE_IFDIR, 0755},
                                {"bin/run", "#!/bin/sh\n", AE_IFREG, 04755},
                                {"deep/er/file", std::string(100'000, 'z')}}));
  CHECK(b.read("bin/run") == "#!/bin/sh\n");
  CHECK(b.read("deep/er/file").size() == 100'000);
  struct stat info {};
  REQUIRE(::stat((b.box + "/bin/run").c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0755);
  CHECK(info.st_mtime == 1'000'000'000);
}

TEST_CASE("a single compressed file loses its suffix") {
  boxed b;
  ::archive* out = ::archive_write_new();
  ::archive_write_set_format_raw(out);
  ::archive_write_add_filter_gzip(out);
  REQUIRE(::archive_write_open_filename(out, (b.box + "/log.txt.gz").c_str()) == ARCHIVE_OK);
  archive_entry* entry = ::archive_entry_new();
  ::archive_entry_set_filetype(entry, AE_IFREG);
  REQUIRE(::archive_write_header(out, entry) == ARCHIVE_OK);
  ::archive_write_data(out, "hello", 5);
  ::archive_entry_free(entry);
  ::archive_write_close(out);
  ::archive_write_free(out);
  REQUIRE_FALSE(unpack(*folder::open(b.box), "log.txt.gz", {}, {}));
  CHECK(b.read("log.txt") == "hello");
}

TEST_CASE("links within the folder work, to files and through folders") {
  boxed b;
  REQUIRE_FALSE(b.unpack("a.tar", {{"lib/v1/code", "one"},
                                   {"lib/current", "", AE_IFLNK, 0777, "v1"},
                                   {"lib/current/more", "two"},
                                   {"same", "", AE_IFREG, 0644, "", "lib/v1/code"}}));
  CHECK(b.read("lib/v1/more") == "two");
  CHECK(b.read("lib/current/code") == "one");
  CHECK(b.read("same") == "one");
}

TEST_CASE("a name that climbs out of the folder is refused") {
  boxed b;
  const std::string name = GENERATE("a.tar", "a.zip");
  const auto bad = b.unpack(name, {{"../outside/evil", "x"}});
  REQUIRE(bad);
  CHECK(bad->reason ==
        "cannot unpack '" + name + "': path '../outside/evil' leads out of the folder");
  b.check_nothing_escaped();
}

TEST_CASE("a climb hidden in the middle of a name is refused") {
  boxed b;
  CHECK(b.unpack("a.zip", {{"ok/../../outside/evil", "x"}}));
  b.check_nothing_escaped();
}

TEST_CASE("an absolute name lands inside the folder") {
  boxed b;
  REQUIRE_FALSE(b.unpack("a.tar", {{b.area / "outside/evil", "x"}}));
  b.check_nothing_escaped();
  CHECK(b.read(b.area.path().substr(1) + "/outside/evil") == "x");
}

TEST_CASE("writing through a link that leads out is refused") {
  boxed b;
  const bool relative = GENERATE(true, false);
  const std::string target = relative ? "../outside" : b.area / "outside";
  const std::string victim = GENERATE("door/evil", "door/precious", "door/sub/evil");
  const auto bad = b.unpack("a.tar", {{"door", "", AE_IFLNK, 0777, target}, {victim, "x"}});
  REQUIRE(bad);
  CHECK(bad->reason.find("leads out of the folder") != std::string::npos);
  b.check_nothing_escaped();
}

TEST_CASE("a file in place of a link replaces the link, not what it leads to") {
  boxed b;
  REQUIRE_FALSE(
      b.unpack("a.tar", {{"x", "", AE_IFLNK, 0777, "../outside/precious"}, {"x", "mine"}}));
  CHECK(b.read("x") == "mine");
  b.check_nothing_escaped();
}

TEST_CASE("a hard link to a file outside is refused") {
  boxed b;
  const auto through_name =
      b.unpack("a.tar", {{"x", "", AE_IFREG, 0644, "", "../outside/precious"}});
  CHECK(through_name);
  const auto through_link = b.unpack("b.tar", {{"door", "", AE_IFLNK, 0777, "../outside"},
                                               {"x", "", AE_IFREG, 0644, "", "door/precious"}});
  CHECK(through_link);
  CHECK_FALSE(std::filesystem::exists(b.box + "/x"));
  b.check_nothing_escaped();
}

TEST_CASE("devices and pipes are refused by name") {
  boxed b;
  const auto bad = b.unpack("a.tar", {{"null", "", AE_IFCHR}});
  REQUIRE(bad);
  CHECK(bad->reason == "cannot unpack 'a.tar': 'null' is a device, pipe or socket");
  CHECK(b.unpack("b.tar", {{"pipe", "", AE_IFIFO}}));
}

TEST_CASE("an archive that grows beyond its bound is stopped") {
  boxed b;
  const auto bad = b.unpack("a.tgz", {{"bomb", std::string(1'000'000, '0')}}, {100'000});
  REQUIRE(bad);
  CHECK(bad->reason == "cannot unpack 'a.tgz': it holds more than 100000 bytes");
  CHECK(std::filesystem::file_size(b.box + "/bomb") <= 100'000);
}

TEST_CASE("a broken archive is an error that names it") {
  boxed b;
  const std::string name = GENERATE("a.tar", "a.tgz", "a.zip", "a.gz");
  CAPTURE(name);
  REQUIRE_FALSE(write_file(b.box + "/" + name, "this is no archive at all, just a line of text"));
  const auto bad = unpack(*folder::open(b.box), name, {}, {});
  REQUIRE(bad);
  CHECK(bad->reason.starts_with("cannot unpack '" + name + "': "));
}

TEST_CASE("a torn archive is an error") {
  boxed b;
  std::string noise;
  for (unsigned i = 0, x = 1; i < 200'000; ++i, x = x * 1664525 + 1013904223)
    noise += static_cast<char>(x >> 24);
  make_archive(b.box + "/a.tgz", {{"file", noise}});
  std::filesystem::resize_file(b.box + "/a.tgz", 50'000);
  CHECK(unpack(*folder::open(b.box), "a.tgz", {}, {}));
}

TEST_CASE("unpacking stops when it is asked to") {
  boxed b;
  make_archive(b.box + "/a.tar", {{"file", std::string(100, 'x')}});
  std::stop_source source;
  source.request_stop();
  const auto bad = unpack(*folder::open(b.box), "a.tar", {}, source.get_token());
  REQUIRE(bad);
  CHECK(bad->reason == "cannot unpack 'a.tar': stopped");
}
