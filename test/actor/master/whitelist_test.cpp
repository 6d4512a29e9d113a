#include "stage.hpp"

#include "master/whitelist_actor.hpp"

#include <caf/all.hpp>
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

using namespace troupe;
using namespace troupe::master;
using namespace troupe::master::test;
using std::chrono::seconds;

namespace {

using names = std::set<std::string>;

struct whitelist_stage : stage {
  whitelist_stage() {
    std::filesystem::create_directories(folder);
    allocator = system.actors().spawn(allocator_stub, told);
    watcher = system.actors().spawn(
        whitelist_watcher, whitelist_config{.path = file, .known = {names{"a"}}}, allocator);
    system.run();
  }

  ~whitelist_stage() {
    end(watcher);
    end(allocator);
    std::filesystem::remove_all(folder);
  }

  void write(const std::string& text) { std::ofstream(file) << text; }

  std::string folder =
      std::filesystem::temp_directory_path() / ("troupe-whitelist-" + std::to_string(::getpid()));
  std::string file = folder + "/whitelist";
  tape<std::string> told = new_tape<std::string>();
  allocator_actor allocator;
  whitelist_actor watcher;
};

} // namespace

TEST_CASE("a whitelist has a host name a line, and a star lets all in") {
  CHECK(parse_whitelist("a\n b.example \r\n\nc").hostnames == names{"a", "b.example", "c"});
  CHECK(parse_whitelist("").hostnames == names{});
  CHECK(!parse_whitelist("a\n*\n").hostnames);
}

TEST_CASE("a whitelist that can't be read says why") {
  auto missing = read_whitelist("/nonexistent/whitelist");
  REQUIRE(!missing);
  CHECK(missing.error() ==
        "the whitelist /nonexistent/whitelist can't be read: No such file or directory");
  CHECK(!read_whitelist("/"));
}

TEST_CASE("the allocator hears of a whitelist when it has changed, within five seconds") {
  whitelist_stage s;
  s.write("a\n");
  s.system.advance(seconds{6});
  CHECK(s.told->empty());
  s.write("a\nb\n");
  s.system.advance(seconds{4});
  s.system.advance(seconds{6});
  CHECK(*s.told == std::vector<std::string>{"set_whitelist"});
}

TEST_CASE("a whitelist that vanishes changes nothing until it is back") {
  whitelist_stage s;
  s.system.advance(seconds{11});
  CHECK(s.told->empty());
  s.write("");
  s.system.advance(seconds{6});
  CHECK(s.told->size() == 1);
}
