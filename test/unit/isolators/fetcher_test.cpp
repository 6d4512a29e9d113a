#include "archive_maker.hpp"
#include "http_server.hpp"
#include "support.hpp"

#include "isolators/fetcher.hpp"

#include <sys/stat.h>

using namespace troupe;
using namespace troupe::isolators;
using namespace troupe::isolators::test;

namespace {

fetch_item item(std::string uri, std::string output = {}) {
  fetch_item result;
  result.uri = std::move(uri);
  result.output_file = std::move(output);
  return result;
}

struct fetch_box {
  scratch area;
  std::string box = area / "box";
  user_identity user = *find_user("");
  fetch_options options;

  fetch_box() { std::filesystem::create_directory(box); }

  std::optional<failure> fetch(const fetch_item& what, std::stop_token stop = {}) {
    return isolators::fetch({what}, box, user, options, std::move(stop));
  }
  std::string read(const std::string& name) const { return area.read("box/" + name); }
};

mode_t mode_of(const std::string& path) {
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_mode & 07777;
}

} // namespace

TEST_CASE("a URI's last part names the file in the sandbox") {
  fetch_options options;
  options.frameworks_home = "/home/fw";
  const auto plan = [&](const std::string& uri) { return plan_fetch(item(uri), options); };
  CHECK(plan("http://h:80/a/b.tgz")->output == "b.tgz");
  CHECK(plan("HTTPS://h/x")->how == fetch_source::kind::network);
  CHECK(plan("ftp://h/x")->output == "x");
  CHECK(plan("/etc/hosts")->location == "/etc/hosts");
  CHECK(plan("file:///etc/hosts")->location == "/etc/hosts");
  CHECK(plan("file://localhost/etc/hosts")->location == "/etc/hosts");
  CHECK(plan("lib/x.jar")->location == "/home/fw/lib/x.jar");
  CHECK(plan("http://h/a?b=c")->output == "a?b=c");
}

TEST_CASE("URIs without a source or a name are refused with the reason") {
  const auto why = [](const std::string& uri) { return plan_fetch(item(uri), {}).error(); };
  CHECK(why("") == "the URI is empty or contains a zero byte");
  CHECK(why("http://host") == "the URI has no path");
  CHECK(why("http://host/dir/") == "the URI ends in '/' and so names no file");
  CHECK(why("lib/x.jar") == "a relative path needs the agent's --frameworks_home");
  CHECK(why("hdfs://nn/x") == "the scheme 'hdfs' is not supported");
  CHECK(why("file://host/x") == "a file URI needs an absolute path");
  CHECK(why("/a/..") == "path '..' leads out of the folder");
}

TEST_CASE("an output file stays inside the sandbox") {
  const auto plan = [](const std::string& output) { return plan_fetch(item("/a/b", output), {}); };
  CHECK(plan("dir/./name")->output == "dir/name");
  CHECK_FALSE(plan("../name"));
  CHECK_FALSE(plan("a/../../name"));
  CHECK(plan("/abs").error() == "output file '/abs' is not relative to the sandbox");
}

TEST_CASE("a local file is copied, and said so on the sandbox's stderr") {
  fetch_box b;
  REQUIRE_FALSE(write_file(b.area / "source.txt", "content"));
  REQUIRE_FALSE(b.fetch(item("file://" + (b.area / "source.txt"), "sub/dir/target")));
  CHECK(b.read("sub/dir/target") == "content");
  CHECK(mode_of(b.box + "/sub/dir/target") == 0644);
  CHECK(b.read("stderr").find("fetcher: fetched 7 bytes\n") != std::string::npos);
}

TEST_CASE("a missing local file is an error that names the URI, on stderr, too") {
  fetch_box b;
  const auto bad = b.fetch(item("/no/such/file"));
  REQUIRE(bad);
  const std::string text =
      "failed to fetch '/no/such/file': cannot read '/no/such/file': No such file or directory";
  CHECK(bad->reason == text);
  CHECK(b.read("stderr").find("fetcher: " + text + "\n") != std::string::npos);
}

TEST_CASE("a folder, a pipe or a device is no file to fetch") {
  fetch_box b;
  CHECK(b.fetch(item("/dev/zero")));
  CHECK(b.fetch(item(b.area.path(), "x")));
  REQUIRE(::mkfifo((b.area / "pipe").c_str(), 0644) == 0);
  CHECK(b.fetch(item(b.area / "pipe")));
}

TEST_CASE("an executable is executable and never unpacked") {
  fetch_box b;
  make_archive(b.area / "run.tar", {{"inside", "x"}});
  auto what = item(b.area / "run.tar");
  what.executable = true;
  REQUIRE_FALSE(b.fetch(what));
  CHECK(mode_of(b.box + "/run.tar") == 0755);
  CHECK_FALSE(std::filesystem::exists(b.box + "/inside"));
}

TEST_CASE("an archive is unpacked unless it shall not be") {
  fetch_box b;
  make_archive(b.area / "a.tgz", {{"inside", "x"}});
  auto what = item(b.area / "a.tgz");
  SECTION("by default it is, and the archive stays") {
    REQUIRE_FALSE(b.fetch(what));
    CHECK(b.read("inside") == "x");
    CHECK(std::filesystem::exists(b.box + "/a.tgz"));
  }
  SECTION("extract off") {
    what.extract = false;
    REQUIRE_FALSE(b.fetch(what));
    CHECK_FALSE(std::filesystem::exists(b.box + "/inside"));
  }
  SECTION("an output name that is not an archive's") {
    what.output_file = "plain";
    REQUIRE_FALSE(b.fetch(what));
    CHECK_FALSE(std::filesystem::exists(b.box + "/inside"));
    CHECK(b.read("stderr").find("'plain' is not named like an archive") != std::string::npos);
  }
}

TEST_CASE("a file is fetched over HTTP, through redirects") {
  fetch_box b;
  http_server server({{"/file", http_server::ok(std::string(300'000, 'h'))},
                      {"/moved", "HTTP/1.1 302 Found\r\nLocation: /file\r\nContent-Length: 0\r\n"
                                 "Connection: close\r\n\r\n"}});
  REQUIRE_FALSE(b.fetch(item(server.url("/moved"), "got")));
  CHECK(b.read("got") == std::string(300'000, 'h'));
}

TEST_CASE("HTTP failures are errors that name the URI and the cause") {
  fetch_box b;
  std::map<std::string, std::string> answers{
      {"/loop", "HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n"
                "Connection: close\r\n\r\n"},
      {"/local", "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n"
                 "Connection: close\r\n\r\n"},
      {"/torn", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nshort"}};
  http_server server(std::move(answers));
  const auto why = [&](const std::string& path) {
    const auto bad = b.fetch(item(server.url(path), "x"));
    REQUIRE(bad);
    CHECK(bad->reason.starts_with("failed to fetch '" + server.url(path) + "': "));
    return bad->reason;
  };
  CHECK(why("/none").ends_with("404"));
  CHECK(why("/loop").find("redirects") != std::string::npos);
  CHECK(why("/local").find("file") != std::string::npos);
  CHECK(why("/torn").find("95 bytes remaining") != std::string::npos);
  const auto refused = b.fetch(item("http://127.0.0.1:1/x"));
  REQUIRE(refused);
  CHECK(refused->reason.find("connect") != std::string::npos);
}

TEST_CASE("a download beyond its bound is stopped, announced or not") {
  fetch_box b;
  b.options.download.max_bytes = 1000;
  http_server server(
      {{"/known", http_server::ok(std::string(1001, 'x'))},
       {"/unknown", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + std::string(100'000, 'x')},
       {"/fits", http_server::ok(std::string(1000, 'x'))}});
  CHECK(b.fetch(item(server.url("/known"))));
  CHECK(b.fetch(item(server.url("/unknown"))));
  CHECK_FALSE(b.fetch(item(server.url("/fits"))));
}

TEST_CASE("a server that goes silent is given up after the stall timeout") {
  fetch_box b;
  b.options.download.stall_timeout = std::chrono::seconds(1);
  http_server server({{"/stall", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"}}, "/stall");
  const auto bad = b.fetch(item(server.url("/stall")));
  REQUIRE(bad);
  CHECK(bad->reason.ends_with("stalled: no byte for 1 seconds"));
}

TEST_CASE("a download stops when it is asked to") {
  fetch_box b;
  std::stop_source source;
  http_server server({{"/stall", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"}}, "/stall");
  std::thread stopper([&] { source.request_stop(); });
  const auto bad = b.fetch(item(server.url("/stall")), source.get_token());
  stopper.join();
  REQUIRE(bad);
  CHECK(bad->reason.ends_with(": stopped"));
}

TEST_CASE("what the user may not read is not fetched, and what is fetched belongs to the user") {
  if (::geteuid() != 0) {
    WARN("skipped: switching the user needs root");
    return;
  }
  fetch_box b;
  b.user = *find_user("nobody");
  REQUIRE(::chown(b.box.c_str(), b.user.uid, b.user.gid) == 0);
  REQUIRE_FALSE(write_file(b.area / "secret", "root's"));
  std::filesystem::permissions(b.area / "secret", std::filesystem::perms(0600));
  const auto bad = b.fetch(item(b.area / "secret"));
  REQUIRE(bad);
  CHECK(bad->reason.ends_with("Permission denied"));
  CHECK(b.read("secret").empty());

  make_archive(b.area / "a.tar", {{"dir/file", "x"}});
  std::filesystem::permissions(b.area / "a.tar", std::filesystem::perms(0644));
  REQUIRE_FALSE(b.fetch(item(b.area / "a.tar")));
  for (const char* name : {"/a.tar", "/dir", "/dir/file", "/stderr"}) {
    struct stat info {};
    REQUIRE(::stat((b.box + name).c_str(), &info) == 0);
    CHECK(info.st_uid == b.user.uid);
    CHECK(info.st_gid == b.user.gid);
  }
  CHECK(::access((b.area / "secret").c_str(), R_OK) == 0); // the thread is root again
  CHECK(b.area.read("secret") == "root's");
}

TEST_CASE("links that wait in the sandbox do not lead a fetch astray") {
  fetch_box b;
  REQUIRE_FALSE(write_file(b.area / "source", "new"));
  REQUIRE_FALSE(write_file(b.area / "victim", "old"));
  std::filesystem::create_symlink(b.area / "victim", b.box + "/target");
  std::filesystem::create_symlink(b.area.path(), b.box + "/door");
  std::filesystem::create_symlink(b.area / "victim", b.box + "/stderr");
  REQUIRE_FALSE(b.fetch(item(b.area / "source", "target")));
  CHECK(b.fetch(item(b.area / "source", "door/victim")));
  CHECK(b.area.read("victim") == "old");
  CHECK(b.read("target") == "new");
}
