#include "client.hpp"
#include "http/files.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

using namespace http_test;
namespace fs = std::filesystem;

namespace {

/// A sandbox with a log beside it, attached as an agent does.
struct sandbox {
  sandbox() {
    char name[] = "/tmp/troupe-files-XXXXXX";
    root = ::mkdtemp(name);
    run = root / "runs" / "c1";
    fs::create_directories(run / "sub");
    write(run / "data.txt", "file-content\n");
    write(run / "stdout", "out");
    write(run / "sub" / "deep", "deep");
    write(root / "secret", "secret");
    write(root / "log", "Log file created");
    fs::create_symlink(root / "secret", run / "escape");
    fs::create_symlink(root, run / "up");
    fs::create_symlink(run / "data.txt", run / "link");
    fs::create_directory_symlink("sub", run / "tasks");
    fs::create_directory_symlink("c1", root / "runs" / "latest");
    table->attach("/slave/log", root / "log");
    table->attach("/runs/latest", root / "runs" / "latest");
    router r("slave(1)");
    add_file_routes(r, table, "readonly");
    server = std::make_unique<fixture>(std::move(r));
  }
  ~sandbox() { fs::remove_all(root); }

  static void write(const fs::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
  }

  answer ask(const std::string& target) {
    client c(server->port());
    return c.ask(get(target));
  }

  fs::path root;
  fs::path run;
  std::shared_ptr<file_table> table = std::make_shared<file_table>();
  std::unique_ptr<fixture> server;
};

} // namespace

TEST_CASE("browse lists a folder sorted by path with the fields of stat") {
  sandbox s;
  ::chmod((s.run / "data.txt").c_str(), 0640);
  auto target = GENERATE(as<std::string>{}, "/files/browse?path=/runs/latest",
                         "/files/browse.json?path=/runs/latest/");
  auto a = s.ask(target);
  CHECK(a.headers.at("content-type") == "application/json");
  auto list = nlohmann::json::parse(a.body);
  std::vector<std::string> paths;
  for (auto& f : list)
    paths.push_back(f["path"]);
  CHECK(paths == std::vector<std::string>{"/runs/latest/data.txt", "/runs/latest/escape",
                                          "/runs/latest/link", "/runs/latest/stdout",
                                          "/runs/latest/sub", "/runs/latest/tasks",
                                          "/runs/latest/up"});
  CHECK(list[0]["mode"] == "-rw-r-----");
  CHECK(list[0]["size"] == 13);
  CHECK(list[0]["nlink"] == 1);
  CHECK(list[0]["mtime"].is_number_float());
  CHECK(list[0]["uid"].is_string());
  CHECK(list[0]["gid"].is_string());
  CHECK(list[1]["mode"].get<std::string>()[0] == 'l');
  CHECK(list[2]["size"] == 13);
  CHECK(list[5]["mode"].get<std::string>()[0] == 'd');
}

TEST_CASE("browsing a file gives an empty list, a folder behind a link its entries") {
  sandbox s;
  CHECK(s.ask("/files/browse?path=/runs/latest/stdout").body == "[]");
  auto list = nlohmann::json::parse(s.ask("/files/browse?path=/runs/latest/tasks").body);
  REQUIRE(list.size() == 1);
  CHECK(list[0]["path"] == "/runs/latest/tasks/deep");
}

TEST_CASE("read follows the table of offsets and lengths") {
  sandbox s;
  auto [query, status, body] = GENERATE(table<std::string, int, std::string>({
      {"&offset=0&length=5", 200, R"({"data":"file-","offset":0})"},
      {"&offset=5", 200, R"({"data":"content\n","offset":5})"},
      {"&offset=5&length=-1", 200, R"({"data":"content\n","offset":5})"},
      {"", 200, R"({"data":"","offset":13})"},
      {"&offset=-1", 200, R"({"data":"","offset":13})"},
      {"&offset=0&length=0", 200, R"({"data":"","offset":0})"},
      {"&offset=1000&length=5", 200, R"({"data":"","offset":1000})"},
      {"&offset=0&length=5&jsonp=cb", 200, R"(cb({"data":"file-","offset":0}))"},
      {"&offset=x", 400, "Failed to parse offset: Failed to convert 'x' to number.\n"},
      {"&offset=0&length=x", 400, "Failed to parse length: Failed to convert 'x' to number.\n"},
      {"&offset=-2", 400, "Negative offset provided: -2.\n"},
      {"&offset=0&length=-2", 400, "Negative length provided: -2.\n"},
  }));
  CAPTURE(query);
  auto a = s.ask("/files/read?path=/runs/latest/data.txt" + query);
  CHECK(a.status == status);
  CHECK(a.body == body);
}

TEST_CASE("read gives at most 64 KiB and no half character") {
  sandbox s;
  std::string text(65535, 'a');
  sandbox::write(s.run / "long", text + "\xC3\xA9 end");
  auto a = nlohmann::json::parse(s.ask("/files/read?path=/runs/latest/long&offset=0").body);
  CHECK(a["data"] == text);
  auto next = nlohmann::json::parse(s.ask("/files/read?path=/runs/latest/long&offset=65535").body);
  CHECK(next["data"] == "\xC3\xA9 end");
}

TEST_CASE("bytes that are no UTF-8 still give valid JSON") {
  sandbox s;
  sandbox::write(s.run / "binary", std::string("a\xFF\x00z", 4));
  auto a = nlohmann::json::parse(s.ask("/files/read?path=/runs/latest/binary&offset=0").body);
  CHECK(a["data"] == std::string("a\xEF\xBF\xBD\0z", 6));
}

TEST_CASE("errors of files are as clients know them") {
  sandbox s;
  auto [target, status, body] = GENERATE(table<std::string, int, std::string>({
      {"/files/browse", 400, "Expecting 'path=value' in query.\n"},
      {"/files/read", 400, "Expecting 'path=value' in query.\n"},
      {"/files/download", 400, "Expecting 'path=value' in query.\n"},
      {"/files/browse?path=/nope", 404, ""},
      {"/files/read?path=/nope", 404, ""},
      {"/files/read?path=/runs/latest/nope", 404, ""},
      {"/files/read?path=/slave/log/x", 404, ""},
      {"/files/read?path=/runs", 404, ""},
      {"/files/download?path=/nope", 404, "404 Not Found."},
      {"/files/read?path=/runs/latest&offset=0", 400, "Cannot read a directory.\n"},
      {"/files/download?path=/runs/latest", 400, "Cannot download a directory.\n"},
  }));
  CAPTURE(target);
  auto a = s.ask(target);
  CHECK(a.status == status);
  CHECK(a.body == body);
  CHECK(a.headers.at("content-type") == "text/plain; charset=utf-8");
}

TEST_CASE("neither links nor dots lead out of a sandbox") {
  sandbox s;
  auto path = GENERATE(as<std::string>{}, "/runs/latest/escape", "/runs/latest/up/secret",
                       "/runs/latest/../../secret", "/runs/latest/sub/../../../secret",
                       "/runs/latest/../..");
  CAPTURE(path);
  for (auto endpoint : {"/files/read", "/files/download", "/files/browse"}) {
    auto a = s.ask(endpoint + ("?offset=0&path=" + path));
    CHECK(a.status == 400);
    CHECK(a.body.find("is inaccessible.\n") != std::string::npos);
  }
}

TEST_CASE("links and dots that stay inside a sandbox work") {
  sandbox s;
  for (auto path : {"/runs/latest/link", "/runs/latest/sub/../data.txt", "runs//latest/data.txt"})
    CHECK(s.ask(std::string("/files/read?offset=0&length=4&path=") + path).body ==
          R"({"data":"file","offset":0})");
}

TEST_CASE("a FIFO in a sandbox blocks nobody") {
  sandbox s;
  REQUIRE(::mkfifo((s.run / "fifo").c_str(), 0600) == 0);
  CHECK(s.ask("/files/read?path=/runs/latest/fifo&offset=0").status == 400);
  CHECK(s.ask("/files/download?path=/runs/latest/fifo").status == 400);
}

TEST_CASE("download sends the file with its name and type") {
  sandbox s;
  auto a = s.ask("/files/download?path=/runs/latest/data.txt");
  CHECK(a.body == "file-content\n");
  CHECK(a.headers.at("content-type") == "text/plain");
  CHECK(a.headers.at("content-disposition") == "attachment; filename=data.txt");
  CHECK(s.ask("/files/download?path=/runs/latest/stdout").headers.at("content-type") ==
        "application/octet-stream");
  CHECK(disposition("/a/b \"c\"\r\n") == "attachment; filename=\"b \\\"c\\\"__\"");
}

TEST_CASE("a download of many megabytes is streamed, not held") {
  sandbox s;
  fs::resize_file(s.run / "data.txt", 64u << 20);
  client c(s.server->port(), 65536);
  c.send(get("/files/download?path=/runs/latest/data.txt"));
  auto head = c.receive(false);
  CHECK(head.headers.at("content-length") == std::to_string(64u << 20));
  CHECK(s.server->stats().buffered < 1u << 20);
  size_t got = 0;
  while (got < 64u << 20)
    got += c.bytes(1u << 20).size();
  CHECK(got == 64u << 20);
}

TEST_CASE("a file that shrinks while it is sent ends the connection instead of hanging it") {
  sandbox s;
  fs::resize_file(s.run / "data.txt", 64u << 20);
  client c(s.server->port(), 4096);
  c.send(get("/files/download?path=/runs/latest/data.txt"));
  c.receive(false);
  fs::resize_file(s.run / "data.txt", 0);
  CHECK(c.rest().size() < 64u << 20);
}

TEST_CASE("debug shows what is attached, detached files are gone") {
  sandbox s;
  auto all = nlohmann::json::parse(s.ask("/files/debug").body);
  CHECK(all["/runs/latest"] == s.run.string());
  CHECK(all["/slave/log"] == (s.root / "log").string());
  s.table->detach("/slave/log");
  CHECK(s.ask("/files/read?path=/slave/log").status == 404);
}

TEST_CASE("the longest attached prefix wins and may ask who comes") {
  sandbox s;
  CHECK_FALSE(
      s.table->attach("/runs/latest/sub", s.root, [](const std::string&) { return false; }));
  CHECK(s.ask("/files/read?path=/runs/latest/sub/secret").status == 403);
  CHECK(s.ask("/files/read?path=/runs/latest/data.txt").status == 200);
}

TEST_CASE("attaching what does not exist says so") {
  file_table table;
  auto problem = table.attach("/x", "/no/such/file");
  REQUIRE(problem);
  CHECK(problem->find("/no/such/file") != std::string::npos);
}

TEST_CASE("modes read like ls writes them") {
  CHECK(mode_text(S_IFREG | 0644) == "-rw-r--r--");
  CHECK(mode_text(S_IFDIR | 0755) == "drwxr-xr-x");
  CHECK(mode_text(S_IFLNK | 0777) == "lrwxrwxrwx");
}

TEST_CASE("folders attached each on its own are readable, what lies above and beside them is not") {
  sandbox s;
  fs::create_directories(s.root / "tree/a/runs/1");
  fs::create_directories(s.root / "tree/b/runs/1");
  fs::create_directory_symlink("1", s.root / "tree/a/runs/latest");
  sandbox::write(s.root / "tree/a/runs/1/out", "text");
  file_table table;
  REQUIRE_FALSE(table.attach_each("/t", s.root / "tree", 3));
  auto status = [&](const std::string& path) {
    auto result = table.list(path, "");
    auto* problem = std::get_if<file_problem>(&result);
    return problem != nullptr ? problem->status : 200;
  };
  CHECK(status("/t/a/runs/1") == 200);
  CHECK(status("/t/a/runs/latest") == 200);
  CHECK(std::get<file_table::slice>(table.read("/t/a/runs/latest/out", 0, 9, "")).data == "text");
  CHECK(status("/t/a/runs") == 404);
  CHECK(status("/t") == 404);
  CHECK(status("/t/a/runs/2") == 404);
  CHECK(status("/t/a/runs/..") == 404);
  CHECK(status("/t/a/../b/1") == 404);
  CHECK(status("/t/a/runs/1/..") == 400);
  CHECK(status("/t/a/runs/1/../../../b/runs/1") == 400);
}
