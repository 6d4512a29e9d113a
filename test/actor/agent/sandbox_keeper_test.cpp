#include "agent/sandbox_keeper.hpp"

#include "runtime/deterministic_system.hpp"

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace troupe;
using namespace troupe::agent;
namespace fs = std::filesystem;

namespace {

struct fixture {
  fixture() {
    std::string name = (fs::temp_directory_path() / "troupe-work-XXXXXX").string();
    work = ::mkdtemp(name.data());
    run = work / "slaves/A/frameworks/F/executors/E/runs/C";
    fs::create_directories(run / "data");
    std::ofstream{run / "stdout"} << "text";
    fs::create_symlink("C", run.parent_path() / "latest");
    keeper = system.actors().spawn(sandbox_keeper, work.string());
    self = std::make_unique<caf::scoped_actor>(system.actors(), true);
  }
  ~fixture() {
    keeper = nullptr;
    self.reset();
    fs::remove_all(work);
  }

  template <class Answer, class Question>
  Answer ask(Question question) {
    Answer out{};
    auto request = (*self)->request(keeper, caf::infinite, std::move(question));
    system.run();
    request.receive([&](const Answer& x) { out = x; },
                    [&](const caf::error& why) { FAIL(system.actors().render(why)); });
    return out;
  }

  deterministic_system system;
  fs::path work, run;
  sandbox_keeper_actor keeper;
  std::unique_ptr<caf::scoped_actor> self;
};

} // namespace

TEST_CASE("runs are found with the time of their last change, links are not runs") {
  fixture f;
  const auto found = f.ask<shared<std::vector<found_sandbox>>>(list_sandboxes{});
  REQUIRE(found->size() == 1);
  CHECK((*found)[0].path == f.run.string());
  CHECK((*found)[0].changed > wall_time{std::chrono::hours{24 * 365 * 50}});
}

TEST_CASE("a deleted run takes its link and its executor's empty folder with it") {
  fixture f;
  CHECK(f.ask<bool>(delete_sandbox{f.run.string()}));
  CHECK_FALSE(fs::exists(f.work / "slaves/A/frameworks/F/executors/E"));
  CHECK(fs::exists(f.work / "slaves/A/frameworks/F/executors"));
}

TEST_CASE("folders that hold no run any more are removed when runs are listed") {
  fixture f;
  fs::create_directories(f.work / "slaves/A/frameworks/G/executors");
  f.ask<shared<std::vector<found_sandbox>>>(list_sandboxes{});
  CHECK_FALSE(fs::exists(f.work / "slaves/A/frameworks/G"));
  CHECK(fs::exists(f.run / "data"));
}

TEST_CASE("folders that hold other runs stay") {
  fixture f;
  fs::create_directories(f.run.parent_path() / "D");
  CHECK(f.ask<bool>(delete_sandbox{f.run.string()}));
  CHECK(fs::exists(f.run.parent_path() / "D"));
  CHECK_FALSE(fs::exists(f.run));
}

TEST_CASE("nothing outside of the work directory is deleted") {
  fixture f;
  const auto outside = f.work.string() + "-other";
  fs::create_directories(outside);
  CHECK_FALSE(f.ask<bool>(delete_sandbox{outside}));
  CHECK_FALSE(f.ask<bool>(
      delete_sandbox{f.work.string() + "/../" + fs::path{outside}.filename().string()}));
  CHECK_FALSE(f.ask<bool>(delete_sandbox{f.work.string()}));
  CHECK(fs::exists(outside));
  CHECK(fs::exists(f.run));
  fs::remove_all(outside);
}

TEST_CASE("the disk's usage is a part of one") {
  fixture f;
  const auto used = f.ask<double>(get_disk_usage{});
  CHECK(used > 0);
  CHECK(used <= 1);
}
