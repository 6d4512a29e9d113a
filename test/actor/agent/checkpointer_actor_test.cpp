#include "agent/checkpointer_actor.hpp"

#include "runtime/deterministic_system.hpp"

#include <caf/scoped_actor.hpp>

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace troupe;
using namespace troupe::agent;
namespace fs = std::filesystem;

namespace {

/// Runs on the test's thread; daemons spawn it detached.
struct fixture {
  fixture() {
    std::string name = (fs::temp_directory_path() / "troupe-checkpoint-XXXXXX").string();
    path = ::mkdtemp(name.data());
    subject = system.actors().spawn(checkpointer, (path / "meta").string());
    self = std::make_unique<caf::scoped_actor>(system.actors(), true);
  }
  ~fixture() {
    subject = nullptr;
    self.reset();
    fs::remove_all(path);
  }

  template <class Question>
  void ask(Question question, std::vector<std::string>& answers) {
    auto request = (*self)->request(subject, caf::infinite, std::move(question));
    system.run();
    request.receive([&](const checkpoint_done&) { answers.push_back("done"); },
                    [&](const caf::error& why) { answers.push_back(system.actors().render(why)); });
  }

  deterministic_system system;
  fs::path path;
  checkpointer_actor subject;
  std::unique_ptr<caf::scoped_actor> self;
  std::vector<std::string> answers;
};

} // namespace

TEST_CASE("what is confirmed is in the file") {
  fixture f;
  f.ask(write_checkpoint{"a/b", "text"}, f.answers);
  CHECK(f.answers == std::vector<std::string>{"done"});
  std::ifstream file{f.path / "meta/a/b"};
  std::string text;
  file >> text;
  CHECK(text == "text");
}

TEST_CASE("requests that wait together are all confirmed, in order") {
  fixture f;
  for (int i = 0; i < 10; ++i)
    (*f.self)->send(f.subject, append_checkpoint{"log", std::to_string(i)});
  f.system.run();
  int confirmed = 0;
  for (int i = 0; i < 10; ++i)
    (*f.self)->receive([&](const checkpoint_done&) { ++confirmed; });
  CHECK(confirmed == 10);
  auto request = (*f.self)->request(f.subject, caf::infinite, read_checkpoints{});
  f.system.run();
  request.receive(
      [&](const shared<checkpoint_files>& files) {
        CHECK(*files == checkpoint_files{{"log", "0123456789"}});
      },
      [&](const caf::error& why) { FAIL(f.system.actors().render(why)); });
}

TEST_CASE("a removed folder is gone") {
  fixture f;
  f.ask(write_checkpoint{"a/b", "text"}, f.answers);
  f.ask(remove_checkpoint{"a"}, f.answers);
  CHECK(f.answers == std::vector<std::string>{"done", "done"});
  CHECK_FALSE(fs::exists(f.path / "meta/a"));
}

TEST_CASE("after a failure everything is refused with the first reason") {
  fixture f;
  f.ask(write_checkpoint{"file", "text"}, f.answers);
  f.ask(write_checkpoint{"file/below", "text"}, f.answers);
  f.ask(write_checkpoint{"other", "text"}, f.answers);
  REQUIRE(f.answers.size() == 3);
  CHECK(f.answers[1].find("cannot write file/below: Not a directory") != std::string::npos);
  CHECK(f.answers[2] == f.answers[1]);
  CHECK_FALSE(fs::exists(f.path / "meta/other"));
}
