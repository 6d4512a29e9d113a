#include "model/ids.hpp"
#include "runtime/logging.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace troupe;

TEST_CASE("a log line is its message and its fields") {
  CHECK(render_log_line("agent registered",
                        {{"agent", agent_id("S0")}, {"port", 5051}, {"load", 0.5}, {"ok", true}}) ==
        "agent registered agent=S0 port=5051 load=0.5 ok=true");
}

TEST_CASE("values that could be misread are quoted and escaped") {
  CHECK(render_log_line("x", {{"a", "two words"}, {"b", ""}, {"c", "k=v"}, {"d", "say \"hi\""}}) ==
        R"(x a="two words" b="" c="k=v" d="say \"hi\"")");
}

TEST_CASE("no value can start a new line or hide in one") {
  CHECK(render_log_line("x\ny", {{"a", "1\n2\r3\x1b"}, {"b", "back\\slash"}}) ==
        "x\\ny a=\"1\\n2\\x0d3\\x1b\" b=\"back\\\\slash\"");
}

TEST_CASE("levels have names") {
  for (auto level : {log_level::debug, log_level::info, log_level::warning, log_level::error})
    CHECK(parse_log_level(to_string(level)) == level);
  CHECK(parse_log_level("info") == std::nullopt);
}

TEST_CASE("the log goes to a file, from the chosen level on, and the level can be changed") {
  char folder[] = "/tmp/troupe-log-XXXXXX";
  REQUIRE(mkdtemp(folder));
  logging_config config{true, log_level::warning, std::string(folder) + "/sub", "daemon"};
  REQUIRE(set_up_logging(config) == std::nullopt);
  log_info("too little");
  log_warning("enough", {{"n", 1}});
  set_log_level(log_level::debug);
  CHECK(current_log_level() == log_level::debug);
  log_debug("detail");
  flush_log();
  std::ifstream file(*log_file(config));
  std::ostringstream text;
  text << file.rdbuf();
  CHECK(text.str().find("too little") == std::string::npos);
  CHECK(text.str().find("Z warning enough n=1\n") != std::string::npos);
  CHECK(text.str().find("detail") != std::string::npos);
  set_up_logging({});
  std::filesystem::remove_all(folder);
}

TEST_CASE("a log folder that cannot be made is reported") {
  auto problem = set_up_logging({true, log_level::info, "/proc/no/such", "daemon"});
  REQUIRE(problem);
  CHECK(problem->starts_with("cannot log to /proc/no/such/daemon.INFO: "));
  set_up_logging({});
}
