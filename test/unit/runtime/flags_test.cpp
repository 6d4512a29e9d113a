#include "runtime/flag_checks.hpp"
#include "runtime/flags.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

const flag_table& table() {
  using flag = flag_spec;
  using kind = flag_kind;
  static const flag_table result{
      "tool",
      "Does things.",
      {{"General",
        {
            flag("help", kind::boolean, "Print this text and exit.").otherwise("false"),
            flag("version", kind::boolean, "Print the version and exit.").otherwise("false"),
            flag("quiet", kind::boolean, "Say nothing.").otherwise("false"),
            flag("loud", kind::boolean, "Say a lot.").otherwise("true"),
            flag("port", kind::integer, "Port.").otherwise("5050").checked(flag_checks::port()),
            flag("agent_ping_timeout", kind::duration, "Time an agent has to answer a ping.")
                .otherwise("15secs")
                .formerly("slave_ping_timeout")
                .checked(flag_checks::duration_between("1secs", "15mins")),
            flag("cache", kind::bytes, "Space.").otherwise("2GB"),
            flag("share", kind::real, "Part.").otherwise("0.1"),
            flag("name", kind::text, "A name."),
            flag("minimum", kind::text, "A minimum.").otherwise("cpus:0.01"),
            flag("acls", kind::json, "Rules."),
            flag("resources", kind::text_or_json, "Resources."),
            flag("credentials", kind::path, "A file."),
            flag("zk", kind::text, "ZooKeeper.").secret(),
            flag("buffer", kind::integer, "Buffering.").otherwise("0").without_effect(),
            flag("guard", kind::boolean, "Guard.").otherwise("false").refused("nobody guards"),
        }}}};
  return result;
}

flag_outcome parse(std::vector<std::string> arguments, environment variables = {}) {
  return parse_flags(table(), {std::move(arguments), std::move(variables)});
}

/// A file that is removed at the end of the test.
struct temporary_file {
  explicit temporary_file(const std::string& content) {
    char name[] = "/tmp/troupe-flags-XXXXXX";
    int descriptor = mkstemp(name);
    REQUIRE(descriptor >= 0);
    close(descriptor);
    path = name;
    std::ofstream(path) << content;
  }
  ~temporary_file() { std::filesystem::remove(path); }
  std::string path;
};

using lines = std::vector<std::string>;

} // namespace

TEST_CASE("flags without any source have their defaults") {
  auto out = parse({});
  REQUIRE(out.errors == lines{});
  CHECK(out.values.integer("port") == 5050);
  CHECK_FALSE(out.values.boolean("quiet"));
  CHECK(out.values.boolean("loud"));
  CHECK(out.values.duration("agent_ping_timeout") == 15s);
  CHECK(out.values.bytes("cache").count == 2ull << 30);
  CHECK(out.values.real("share") == 0.1);
  CHECK_FALSE(out.values.has("name"));
  CHECK_FALSE(out.values.given("port"));
}

TEST_CASE("the command line wins over the environment") {
  auto out = parse({"--port=1234"}, {{"MESOS_PORT", "4321"}, {"MESOS_NAME", "from-env"}});
  REQUIRE(out.errors == lines{});
  CHECK(out.values.integer("port") == 1234);
  CHECK(out.values.text("name") == "from-env");
  CHECK(out.values.given("name"));
}

TEST_CASE("unknown variables of the environment are ignored") {
  auto out = parse({}, {{"MESOS_SANDBOX", "/x"}, {"PORT", "no number"}});
  CHECK(out.errors == lines{});
  CHECK(out.warnings == lines{});
  CHECK(out.values.integer("port") == 5050);
}

TEST_CASE("booleans take every form that Mesos takes") {
  auto [argument, expected] = GENERATE(table<std::string, bool>({
      {"--quiet", true},
      {"--no-quiet", false},
      {"--quiet=true", true},
      {"--quiet=false", false},
      {"--quiet=1", true},
      {"--quiet=0", false},
  }));
  auto out = parse({argument});
  REQUIRE(out.errors == lines{});
  CHECK(out.values.boolean("quiet") == expected);
  CHECK(shown_flags(::table(), out.values).at("quiet") == (expected ? "true" : "false"));
}

TEST_CASE("an empty variable switches a boolean on") {
  CHECK(parse({}, {{"MESOS_QUIET", ""}}).values.boolean("quiet"));
}

TEST_CASE("values arrive exactly as written") {
  auto value =
      GENERATE("", "a b", "=", "a=b", "[5000-10000]", "[a,b]", "{}", "--port=1", "true", "\"");
  auto out = parse({std::string("--minimum=") + value});
  REQUIRE(out.errors == lines{});
  CHECK(out.values.text("minimum") == value);
}

TEST_CASE("what is wrong with a flag is said in one line") {
  auto [argument, expected] = GENERATE(table<std::string, std::string>({
      {"--nmae=x", "unknown flag --nmae: did you mean --name?"},
      {"--completely_different", "unknown flag --completely_different"},
      {"-x", "unknown flag -x"},
      {"stray", "unexpected argument 'stray': flags are written --name=value"},
      {"--port=many", "--port=many: must be a whole number"},
      {"--port=", "--port=: must be a whole number"},
      {"--port", "--port: needs a value: --port=..."},
      {"--no-port", "unknown flag --no-port: did you mean --port?"},
      {"--port=70000", "--port=70000: must be from 1 to 65535"},
      {"--quiet=maybe", "--quiet=maybe: must be true or false"},
      {"--no-quiet=true", "--no-quiet=true: takes no value"},
      {"--agent_ping_timeout=16mins", "--agent_ping_timeout=16mins: must be at most 15mins"},
      {"--share=nan", "--share=nan: must be a number"},
      {"--acls={", "--acls={: must be JSON, or the path of a file with JSON"},
      {"--resources=[{]", "--resources=[{]: must be JSON, or the path of a file with JSON"},
      {"--guard", "--guard is not supported yet: nobody guards"},
  }));
  CHECK(parse({argument}).errors == lines{expected});
}

TEST_CASE("durations and sizes that cannot be read are errors") {
  CHECK(parse({"--agent_ping_timeout=5"}).errors.size() == 1);
  CHECK(parse({"--agent_ping_timeout=-5secs"}).errors.size() == 1);
  CHECK(parse({"--cache=2XB"}).errors.size() == 1);
}

TEST_CASE("all errors are reported at once") {
  auto out = parse({"--port=x", "--bogus", "--quiet=2"}, {{"MESOS_CACHE", "lots"}});
  CHECK(out.errors.size() == 4);
}

TEST_CASE("an error of the environment names the variable") {
  CHECK(parse({}, {{"MESOS_PORT", "x"}}).errors == lines{"MESOS_PORT=x: must be a whole number"});
}

TEST_CASE("a flag given twice is an error") {
  CHECK(parse({"--port=1", "--port=1"}).errors == lines{"--port is given more than once"});
  CHECK(parse({"--quiet", "--no-quiet"}).errors ==
        lines{"--quiet and --no-quiet are both given, they are the same flag"});
}

TEST_CASE("a deprecated name is accepted with a warning") {
  auto out = parse({"--slave_ping_timeout=3secs"});
  REQUIRE(out.errors == lines{});
  CHECK(out.values.duration("agent_ping_timeout") == 3s);
  CHECK(out.warnings == lines{"--slave_ping_timeout is deprecated, use --agent_ping_timeout"});
  CHECK(shown_flags(::table(), out.values).contains("agent_ping_timeout"));

  auto from_env = parse({}, {{"MESOS_SLAVE_PING_TIMEOUT", "4secs"}});
  CHECK(from_env.values.duration("agent_ping_timeout") == 4s);
  CHECK(from_env.warnings ==
        lines{"MESOS_SLAVE_PING_TIMEOUT is deprecated, use --agent_ping_timeout"});
}

TEST_CASE("both names of a flag in one source are an error") {
  CHECK(parse({"--slave_ping_timeout=3secs", "--agent_ping_timeout=3secs"}).errors.size() == 1);
  CHECK(parse({}, {{"MESOS_SLAVE_PING_TIMEOUT", "4secs"}, {"MESOS_AGENT_PING_TIMEOUT", "4secs"}})
            .errors.size() == 1);
}

TEST_CASE("a file:// value is replaced by the file's content but shown as written") {
  temporary_file file("8080\n");
  auto out = parse({"--port=file://" + file.path});
  REQUIRE(out.errors == lines{});
  CHECK(out.values.integer("port") == 8080);
  CHECK(shown_flags(::table(), out.values).at("port") == "file://" + file.path);
  CHECK(parse({}, {{"MESOS_PORT", "file://" + file.path}}).values.integer("port") == 8080);
}

TEST_CASE("a path stays a path") {
  temporary_file file("secret");
  CHECK(parse({"--credentials=file://" + file.path}).values.text("credentials") == file.path);
  CHECK(parse({"--credentials=" + file.path}).values.text("credentials") == file.path);
}

TEST_CASE("JSON flags also take the bare path of a file") {
  temporary_file file(R"({"a": 1})");
  CHECK(parse({"--acls=" + file.path}).values.text("acls") == R"({"a": 1})");
  CHECK(parse({"--resources=" + file.path}).values.text("resources") == R"({"a": 1})");
  CHECK(parse({"--resources=cpus:4"}).values.text("resources") == "cpus:4");
}

TEST_CASE("a file that cannot be read is an error that names it") {
  auto out = parse({"--name=file:///no/such/file"});
  CHECK(out.errors ==
        lines{"--name=file:///no/such/file: cannot read file /no/such/file: No such file or "
              "directory"});
}

TEST_CASE("an empty file is an empty value and a folder is an error") {
  temporary_file file("");
  auto out = parse({"--name=file://" + file.path});
  REQUIRE(out.errors == lines{});
  CHECK(out.values.text("name").empty());
  CHECK(parse({"--name=file:///tmp"}).errors ==
        lines{"--name=file:///tmp: cannot read file /tmp: Is a directory"});
}

TEST_CASE("a flag without effect is accepted with a warning unless it has its default") {
  CHECK(parse({"--buffer=3"}).warnings == lines{"--buffer is accepted, but has no effect yet"});
  CHECK(parse({"--buffer=0"}).warnings == lines{});
}

TEST_CASE("a refused flag may be given with its default") {
  CHECK(parse({"--guard=false"}).errors == lines{});
  CHECK(parse({"--no-guard"}).errors == lines{});
}

TEST_CASE("only flags that have a value are shown, and passwords are masked") {
  auto shown = shown_flags(::table(), parse({"--zk=zk://joe:pass@h:1,i:2/mesos"}).values);
  CHECK_FALSE(shown.contains("name"));
  CHECK(shown.at("zk") == "zk://joe:***@h:1,i:2/mesos");
  CHECK(shown.at("agent_ping_timeout") == "15secs");
  CHECK(mask_password("zk://h:1/mesos") == "zk://h:1/mesos");
}

TEST_CASE("help and version win over every error") {
  CHECK(parse({"--bogus", "--help"}).wants_help);
  CHECK(parse({"-h"}).wants_help);
  CHECK(parse({"--version"}).wants_version);
  CHECK_FALSE(parse({"--help=false"}).wants_help);
}

TEST_CASE("a list drops blanks and empty parts") {
  auto values = parse({"--name= a,b ,,c d,"}).values;
  CHECK(values.list("name") == lines{"a", "b", "c d"});
  CHECK(values.list("zk") == lines{});
}

TEST_CASE("the rules of single flags accept and refuse", "[checks]") {
  using namespace flag_checks;
  struct row {
    flag_spec::check_function check;
    std::string text;
    bool fine;
  };
  auto each = GENERATE(values<row>({
      {one_of({"a", "b"}), "a", true},
      {one_of({"a", "b"}), "c", false},
      {list_of({"a", "b"}), "b,a", true},
      {list_of({"a", "b"}), "a,a", false},
      {list_of({"a", "b"}), "", false},
      {percentage(), "100%", true},
      {percentage(), "100", false},
      {percentage(), "101%", false},
      {percentage(), "-1%", false},
      {rate(), "1/10mins", true},
      {rate(), "0.5/1secs", true},
      {rate(), "1/0secs", false},
      {rate(), "0/1secs", false},
      {rate(), "1", false},
      {weights(), "a=1.5,b/c=2", true},
      {weights(), "a=0", false},
      {weights(), "a=1,a=2", false},
      {weights(), "a", false},
      {weights(), "..=1", false},
      {roles(), "a,b/c,*", true},
      {roles(), "a,-b", false},
      {quantity_sets(), "cpus:0.01|mem:32", true},
      {quantity_sets(), "cpus:1;mem:64|gpus:1", true},
      {quantity_sets(), "", true},
      {quantity_sets(), "cpus", false},
      {quantity_sets(), "cpus:-1", false},
      {quantity_sets(), "cpus:1|", false},
      {ipv4(), "10.0.0.1", true},
      {ipv4(), "host", false},
      {ipv4(), "10.0.0.256", false},
      {host_and_port(), "host:5060", true},
      {host_and_port(), "host", false},
      {host_and_port(), "host:0", false},
      {host_and_port(), ":1", false},
      {master_address(), "zk://h:2181/mesos", true},
      {master_address(), "zk://h:2181", false},
      {master_address(), "localhost:5050", true},
      {port_or_any(), "0", true},
      {port(), "0", false},
      {absolute_path(), "/x", true},
      {absolute_path(), "x", false},
      {attributes(), "rack:r1;zone:z", true},
      {attributes(), "rack", false},
      {readable_file(), "/no/such/file", false},
      {readable_file(), "/proc/self/status", true},
  }));
  CAPTURE(each.text);
  CHECK_FALSE(each.check(each.text).has_value() == each.fine);
}
