#include "runtime/agent_flags.hpp"
#include "runtime/master_flags.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <sstream>

using namespace troupe;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    lines.push_back(line);
  return lines;
}

bool has_line(const std::string& text, const std::string& line) {
  auto lines = lines_of(text);
  return std::find(lines.begin(), lines.end(), line) != lines.end();
}

} // namespace

TEST_CASE("the help shows groups, placeholders, defaults and deprecated names") {
  auto help = flags_help(master_flag_table());
  CHECK(has_line(help, "Usage: troupe-master [--flag=value ...]"));
  CHECK(has_line(help, "Registry:"));
  CHECK(has_line(help, "  --port=N                          Port to listen on; 0 lets the machine "
                       "choose. [default: 5050]"));
  CHECK(has_line(help, "  --[no-]root_submissions           Let frameworks run tasks as root. "
                       "[default: true]"));
  CHECK(has_line(help, "  --agent_ping_timeout=TIME         Time an agent has to answer a ping. "
                       "Formerly"));
  CHECK(has_line(help, "                                    --slave_ping_timeout. [default: "
                       "15secs]"));
  CHECK(has_line(help, "  --fair_sharing_excluded_resource_names=TEXT"));
}

TEST_CASE("no line of the help is wider than 100 columns") {
  for (const auto* table : {&master_flag_table(), &agent_flag_table()})
    for (const auto& line : lines_of(flags_help(*table))) {
      CAPTURE(line);
      CHECK(line.size() <= 100);
      CHECK_FALSE(line.ends_with(' '));
    }
}

TEST_CASE("every flag is in the help once and its default passes its own rule") {
  for (const auto* table : {&master_flag_table(), &agent_flag_table()}) {
    std::set<std::string> names;
    for (const auto& group : table->groups)
      for (const auto& spec : group.flags) {
        CAPTURE(spec.name);
        CHECK(names.insert(spec.name).second);
        if (!spec.deprecated_name.empty())
          CHECK(names.insert(spec.deprecated_name).second);
        if (spec.default_text && spec.check)
          CHECK(spec.check(*spec.default_text) == std::nullopt);
        CHECK(spec.help.ends_with('.'));
        // A switch without default would have no meaning when it is not given.
        if (spec.kind == flag_kind::boolean)
          CHECK(spec.default_text.has_value());
      }
  }
}
