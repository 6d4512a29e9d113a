#include "messages.hpp"

#include "wire/utf8.hpp"

#include <catch2/catch.hpp>
#include <mesos/v1/mesos.pb.h>

#include <cmath>
#include <limits>

using namespace troupe::wire;
using namespace mesos::v1;

namespace {

std::string text_of(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string number(double value) {
  std::string out;
  append_json_double(out, value);
  return out;
}

} // namespace

TEST_CASE("an unset field with a default is printed and a deprecated one is not") {
  FrameworkInfo info;
  info.set_user("root");
  info.set_name("f");
  CHECK(to_json(info) == R"({"user":"root","name":"f","failover_timeout":0.0,"checkpoint":false})");
}

TEST_CASE("fields are printed in the order of declaration, not of their numbers") {
  FrameworkInfo info;
  info.add_capabilities()->set_type(FrameworkInfo::Capability::MULTI_ROLE);
  info.set_hostname("h");
  info.add_roles("eng");
  info.add_roles("prod");
  info.set_role("*");
  info.set_checkpoint(true);
  info.set_failover_timeout(604800);
  info.mutable_id()->set_value("m-0000");
  info.set_name("f");
  info.set_user("root");
  auto label = info.mutable_labels()->add_labels();
  label->set_key("k");
  label->set_value("v");
  CHECK(to_json(info) ==
        R"({"user":"root","name":"f","id":{"value":"m-0000"},"failover_timeout":604800.0,)"
        R"("checkpoint":true,"role":"*","roles":["eng","prod"],"hostname":"h",)"
        R"("capabilities":[{"type":"MULTI_ROLE"}],)"
        R"("labels":{"labels":[{"key":"k","value":"v"}]}})");
}

TEST_CASE("a health check is printed with all its default numbers") {
  HealthCheck check;
  check.set_type(HealthCheck::HTTP);
  check.mutable_http()->set_port(80);
  CHECK(to_json(check) == R"({"delay_seconds":15.0,"interval_seconds":10.0,"timeout_seconds":20.0,)"
                          R"("consecutive_failures":3,"grace_period_seconds":10.0,"type":"HTTP",)"
                          R"("http":{"protocol":"IPv4","port":80}})");
}

TEST_CASE("a kill policy is printed with plain 64-bit nanoseconds") {
  KillPolicy policy;
  CHECK(to_json(policy) == "{}");
  policy.mutable_grace_period()->set_nanoseconds(9223372036854775807);
  CHECK(to_json(policy) == R"({"grace_period":{"nanoseconds":9223372036854775807}})");
}

TEST_CASE("an offer with ports is printed as the tables say") {
  Offer offer;
  offer.mutable_id()->set_value("m-O1");
  offer.mutable_framework_id()->set_value("m-0000");
  offer.mutable_agent_id()->set_value("m-S0");
  offer.set_hostname("agent1");
  auto url = offer.mutable_url();
  url->set_scheme("http");
  url->mutable_address()->set_ip("127.0.0.1");
  url->mutable_address()->set_port(5051);
  url->set_path("/slave(1)");
  auto ports = offer.add_resources();
  ports->set_name("ports");
  ports->set_type(Value::RANGES);
  auto range = ports->mutable_ranges()->add_range();
  range->set_begin(31000);
  range->set_end(32000);
  auto cpus = offer.add_resources();
  cpus->set_name("cpus");
  cpus->set_type(Value::SCALAR);
  cpus->mutable_scalar()->set_value(4);
  cpus->mutable_allocation_info()->set_role("eng");
  CHECK(to_json(offer) ==
        R"({"id":{"value":"m-O1"},"framework_id":{"value":"m-0000"},)"
        R"("agent_id":{"value":"m-S0"},"hostname":"agent1",)"
        R"("url":{"scheme":"http","address":{"ip":"127.0.0.1","port":5051},)"
        R"j("path":"/slave(1)"},"resources":[{"name":"ports","type":"RANGES",)j"
        R"("ranges":{"range":[{"begin":31000,"end":32000}]}},{"name":"cpus","type":"SCALAR",)"
        R"("scalar":{"value":4.0},"allocation_info":{"role":"eng"}}]})");
}

TEST_CASE("a task is printed with the defaults of its command and its data in base64") {
  TaskInfo task;
  task.set_name("t");
  task.mutable_task_id()->set_value("t1");
  task.mutable_agent_id()->set_value("m-S0");
  auto mem = task.add_resources();
  mem->set_name("mem");
  mem->set_type(Value::SCALAR);
  mem->mutable_scalar()->set_value(0.001);
  task.mutable_command()->set_value("echo \"a/b\"\n");
  task.mutable_command()->add_uris()->set_value("http://x/y");
  task.set_data(std::string{"\0\xff\x10", 3});
  (*task.mutable_limits())["mem"].set_value(64);
  (*task.mutable_limits())["cpus"].set_value(std::numeric_limits<double>::infinity());
  CHECK(to_json(task) ==
        R"({"name":"t","task_id":{"value":"t1"},"agent_id":{"value":"m-S0"},)"
        R"("resources":[{"name":"mem","type":"SCALAR","scalar":{"value":0.001}}],)"
        R"("command":{"uris":[{"value":"http://x/y","extract":true}],"shell":true,)"
        R"("value":"echo \"a/b\"\n"},"data":"AP8Q",)"
        R"("limits":{"cpus":{"value":"Infinity"},"mem":{"value":64.0}}})");
}

TEST_CASE("a container's defaults are printed by their enum names") {
  ContainerInfo container;
  container.set_type(ContainerInfo::DOCKER);
  container.mutable_docker()->set_image("busybox");
  CHECK(to_json(container) ==
        R"({"type":"DOCKER","docker":{"image":"busybox","network":"HOST","privileged":false}})");
}

TEST_CASE("a double always has a fraction or an exponent and reads back exactly") {
  CHECK(number(0) == "0.0");
  CHECK(number(-0.0) == "-0.0");
  CHECK(number(15) == "15.0");
  CHECK(number(-4.5) == "-4.5");
  CHECK(number(0.1) == "0.1");
  CHECK(number(0.001) == "0.001");
  CHECK(number(0.000001) == "0.000001");
  CHECK(number(1.5e-7) == "1.5e-7");
  CHECK(number(123456789012345680000.0) == "123456789012345680000.0");
  CHECK(number(1e20) == "100000000000000000000.0");
  CHECK(number(1e21) == "1e21");
  CHECK(number(1.25e22) == "1.25e22");
  CHECK(number(1795386467.62634) == "1795386467.62634");
  CHECK(number(5e-324) == "5e-324");
  CHECK(number(std::numeric_limits<double>::max()) == "1.7976931348623157e308");
}

TEST_CASE("numbers that JSON lacks are printed as strings") {
  CHECK(number(std::nan("")) == R"("NaN")");
  CHECK(number(std::numeric_limits<double>::infinity()) == R"("Infinity")");
  CHECK(number(-std::numeric_limits<double>::infinity()) == R"("-Infinity")");
}

TEST_CASE("strings are escaped where JSON demands it and nowhere else") {
  CHECK(text_of("") == R"("")");
  CHECK(text_of("a/b's") == R"("a/b's")");
  CHECK(text_of("\"\\") == R"("\"\\")");
  CHECK(text_of("\b\f\n\r\t") == R"("\b\f\n\r\t")");
  CHECK(text_of(std::string_view{"\0\x01\x1f\x7f", 4}) == "\"\\u0000\\u0001\\u001F\x7f\"");
  CHECK(text_of("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\x8d") ==
        "\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\x8d\"");
}

TEST_CASE("bytes that are no UTF-8 become replacement characters") {
  auto bad = std::string{replacement_character};
  CHECK(text_of("\xff") == '"' + bad + '"');
  CHECK(text_of("a\x80z") == "\"a" + bad + "z\"");
  CHECK(text_of("\xc3") == '"' + bad + '"');
  CHECK(text_of("\xc0\xaf") == '"' + bad + bad + '"');
  CHECK(text_of("\xe0\x80\x80") == '"' + bad + bad + bad + '"');
  CHECK(text_of("\xed\xa0\x80") == '"' + bad + bad + bad + '"');
  CHECK(text_of("\xf4\x90\x80\x80") == '"' + bad + bad + bad + bad + '"');
  CHECK(text_of("\xe2\x82\"") == '"' + bad + bad + "\\\"\"");
}

TEST_CASE("a message with a string that is no UTF-8 is still printed as JSON that can be read") {
  Label label;
  label.set_key("k");
  label.set_value("\xc3(");
  CHECK(read<Label>(to_json(label)).value() == std::string{replacement_character} + "(");
}

TEST_CASE("printing appends to what is there") {
  std::string out = "data: ";
  append_json(out, TaskID{});
  CHECK(out == "data: {}");
}

TEST_CASE("lists and maps of every kind are printed and read alike") {
  auto text = GENERATE(
      R"({"i32s":[-2147483648,2147483647],"u32s":[4294967295]})",
      R"({"i64s":[-9223372036854775808],"u64s":[18446744073709551615,0]})",
      R"({"reals32":[0.1,16777216.0],"reals64":[0.1,-2.5e-8]})",
      R"({"truths":[true,false],"texts":["","x"],"raws":["","/w=="]})",
      R"({"animals":["DOG","CAT"],"inners":[{},{"animal":"CAT"}]})",
      R"({"names":{"":"empty","a\"b":"x","z":""}})",
      R"({"zoos":{"-1":{},"7":{"i32":1}},"pets":{"false":"CAT","true":"DOG"}})",
      R"({"i32":-1,"i64":-2,"u32":3,"u64":4,"s32":-5,"f64":6,"real32":0.5,"real64":1e100})",
      R"({"truth":false,"text":"","raw":"","animal":"CAT","inner":{"inner":{}},"old":"x"})");
  CHECK(reprint_zoo(text) == text);
}
