#include "messages.hpp"

#include <catch2/catch.hpp>
#include <mesos/v1/mesos.pb.h>
#include <mesos/v1/scheduler.pb.h>

#include <cmath>

using namespace troupe::wire;
using namespace mesos::v1;
using scheduler::Call;

namespace {

std::string nested(std::size_t levels) {
  std::string text;
  for (std::size_t i = 0; i < levels; ++i)
    text += R"({"inner":)";
  text.resize(text.size() - 8);
  return text + std::string(levels, '}');
}

} // namespace

TEST_CASE("null and unknown keys mean not set") {
  CHECK(reprint_zoo(R"({"i32":null,"text":null,"inner":null,"i32s":null,"names":null})") == "{}");
  CHECK(reprint_zoo(R"({"i32s":[1,null,2],"inners":[null],"names":{"a":null}})") ==
        R"({"i32s":[1,2]})");
  CHECK(reprint_zoo(R"({"nope":1,"no":{"i32":[{}]},"nah":[[1],{"i32":2}],"i32":3,"":null})") ==
        R"({"i32":3})");
}

TEST_CASE("a framework without id is subscribed though the client says null") {
  auto call = read<Call>(R"({"type":"SUBSCRIBE","framework_id":null,"subscribe":
    {"framework_info":{"user":"root","name":"f","id":null}}})");
  CHECK_FALSE(call.has_framework_id());
  CHECK_FALSE(call.subscribe().framework_info().has_id());
}

TEST_CASE("numbers and booleans may come as strings") {
  CHECK(
      reprint_zoo(R"({"i32":"-7","u64":"18446744073709551615","real64":"1.5e3","truth":"true"})") ==
      R"({"i32":-7,"u64":18446744073709551615,"real64":1500.0,"truth":true})");
  CHECK(reprint_zoo(R"({"truths":["false",true],"i64s":["1",2]})") ==
        R"({"i64s":[1,2],"truths":[false,true]})");
}

TEST_CASE("a fraction is cut off for integers") {
  CHECK(reprint_zoo(R"({"i32":1.9,"i64":-1.9,"u32":-0.9,"u64":1e3,"s32":"2.7"})") ==
        R"({"i32":1,"i64":-1,"u32":0,"u64":1000,"s32":2})");
}

TEST_CASE("an integer is a fine double") {
  CHECK(reprint_zoo(R"({"real64":32,"real32":-1,"reals64":[18446744073709551615]})") ==
        R"({"real32":-1.0,"real64":32.0,"reals64":[18446744073709552000.0]})");
}

TEST_CASE("the numbers that JSON lacks are read from their names") {
  auto scalar = read<Value::Scalar>(R"({"value":"NaN"})");
  CHECK(std::isnan(scalar.value()));
  CHECK(reprint<Value::Scalar>(R"({"value":"-Infinity"})") == R"({"value":"-Infinity"})");
  CHECK(refusal<Value::Scalar>(R"({"value":"nan"})") ==
        "value: expected a number, got the string 'nan'");
  CHECK(refusal<TimeInfo>(R"({"nanoseconds":"NaN"})") == "nanoseconds: number out of range");
}

TEST_CASE("a number out of the field's range is refused") {
  auto text = GENERATE(R"({"i32":2147483648})", R"({"i32":-2147483649})", R"({"i32":2147483648.0})",
                       R"({"u32":-1})", R"({"u32":4294967296})", R"({"u32":-1.0})",
                       R"({"i64":9223372036854775808})", R"({"i64":9223372036854775808.0})",
                       R"({"i64":-9.3e18})", R"({"u64":-1})", R"({"u64":18446744073709551616})",
                       R"({"i32":"99999999999"})", R"({"real32":1e39})");
  auto field = std::string{text}.substr(2, std::string{text}.find('"', 2) - 2);
  CHECK(reprint_zoo(text) == "refused: " + field + ": number out of range");
}

TEST_CASE("the outermost numbers of each range are read") {
  CHECK(reprint_zoo(R"({"i32":-2147483648.9,"u32":4294967295.9,"i64":-9223372036854775808.0})") ==
        R"({"i32":-2147483648,"i64":-9223372036854775808,"u32":4294967295})");
}

TEST_CASE("a double too large for any number is refused") {
  CHECK_THAT(reprint_zoo(R"({"real64":1e400})"), Catch::Contains("overflow"));
}

TEST_CASE("a string that is no number is refused for a number") {
  auto text = GENERATE("", " 1", "1 ", "0x10", "1e", "one", "true", "+-1", "inf");
  auto json = std::string{R"({"i32":")"} + text + "\"}";
  CHECK(reprint_zoo(json) ==
        std::string{"refused: i32: expected an integer, got the string '"} + text + "'");
}

TEST_CASE("a single value stands for a list of one") {
  CHECK(reprint_zoo(R"({"i32s":1,"texts":"x","inners":{"i32":2},"animals":"DOG"})") ==
        R"({"i32s":[1],"texts":["x"],"animals":["DOG"],"inners":[{"i32":2}]})");
}

TEST_CASE("the last of equal keys counts") {
  CHECK(reprint_zoo(R"({"i32":1,"inner":{"i32":1},"i32s":[1,2],"names":{"a":"1","b":"1","a":"2"},
    "i32":2,"inner":{"u32":3},"i32s":[4]})") ==
        R"({"i32":2,"inner":{"u32":3},"i32s":[4],"names":{"a":"2","b":"1"}})");
  CHECK(reprint_zoo(R"({"i32":1,"i32":null})") == "{}");
}

TEST_CASE("an unknown enum name leaves an optional field unset and drops a list's element") {
  CHECK(reprint_zoo(
            R"({"animal":"COW","animals":["CAT","COW","DOG","cat"],"pets":{"true":"COW"}})") ==
        R"({"animals":["CAT","DOG"]})");
  CHECK_FALSE(read<Call>(R"({"type":"NO_SUCH"})").has_type());
}

TEST_CASE("an unknown enum name in a required field is refused") {
  CHECK(refusal<Resource>(R"({"name":"cpus","type":"SCALA"})") ==
        "type: unknown value 'SCALA' of Type");
}

TEST_CASE("an enum's number is refused") {
  CHECK(refusal<Call>(R"({"type":11})") == "type: expected a name of Type, got a number");
}

TEST_CASE("a refusal names the field by its whole path") {
  CHECK(refusal<Call>(R"({"accept":{"offer_ids":[],"operations":[{"type":"LAUNCH"},{"type":"LAUNCH",
    "launch":{"task_infos":[{"resources":[{"scalar":{"value":1}},{"scalar":{"value":"x"}}]}]}}]}})") ==
        "accept.operations[1].launch.task_infos[0].resources[1].scalar.value: "
        "expected a number, got the string 'x'");
  CHECK(refusal<Call>(R"({"subscribe":{"framework_info":{"offer_filters":{"eng":
    {"min_allocatable_resources":{"quantities":[null,{"quantities":{"cpus":{"value":[]}}}]}}}}}})") ==
        "subscribe.framework_info.offer_filters['eng'].min_allocatable_resources.quantities[1]"
        ".quantities['cpus'].value: expected a number, got an array");
}

TEST_CASE("a value of the wrong kind is refused") {
  struct row {
    const char* text;
    const char* reason;
  };
  auto [text, reason] = GENERATE(values<row>({
      {R"({"i32":true})", "i32: expected an integer, got a boolean"},
      {R"({"i32":{}})", "i32: expected an integer, got an object"},
      {R"({"i32":[1]})", "i32: expected an integer, got an array"},
      {R"({"i32s":[[1]]})", "i32s[0]: expected an integer, got an array"},
      {R"({"i32s":[1,{}]})", "i32s[1]: expected an integer, got an object"},
      {R"({"truth":1})", "truth: expected a boolean, got a number"},
      {R"({"truth":"yes"})", "truth: expected a boolean, got the string 'yes'"},
      {R"({"text":1})", "text: expected a string, got a number"},
      {R"({"text":false})", "text: expected a string, got a boolean"},
      {R"({"raw":5})", "raw: expected a base64 string, got a number"},
      {R"({"raw":"!!"})", "raw: not valid base64: '!!'"},
      {R"({"raws":["AA==","A"]})", "raws[1]: not valid base64: 'A'"},
      {R"({"animal":true})", "animal: expected a name of Animal, got a boolean"},
      {R"({"inner":"x"})", "inner: expected an object, got a string"},
      {R"({"inner":[{}]})", "inner: expected an object, got an array"},
      {R"({"inners":["x"]})", "inners[0]: expected an object, got a string"},
      {R"({"names":[]})", "names: expected an object, got an array"},
      {R"({"names":"x"})", "names: expected an object, got a string"},
      {R"({"names":{"a":["x"]}})", "names['a']: expected a string, got an array"},
      {R"({"zoos":{"1":{},"x":{}}})", "zoos['x']: expected an integer, got the string 'x'"},
      {R"({"zoos":{"1":5}})", "zoos['1']: expected an object, got a number"},
  }));
  CHECK(reprint_zoo(text) == std::string{"refused: "} + reason);
}

TEST_CASE("missing required fields are refused by name") {
  CHECK(refusal<Call>(R"({"type":"SUBSCRIBE","subscribe":{"framework_info":{"name":"f"}}})") ==
        "missing required fields: subscribe.framework_info.user");
  CHECK(refusal<Call>(R"({"acknowledge":{"agent_id":{"value":"x"},"task_id":{}}})") ==
        "missing required fields: acknowledge.uuid, acknowledge.task_id.value");
  CHECK(refusal<TaskInfo>(R"({"name":"t","task_id":{"value":"t"},"agent_id":{"value":"a"},
    "limits":{"cpus":{}}})") == "missing required fields: limits[0].value.value");
}

TEST_CASE("only one whole object is a message") {
  CHECK(refusal<Call>("") == "expected a JSON object, got an empty text");
  auto text = GENERATE("[]", "null", "true", "1", "1.5", "-1", R"("x")", "[{}]");
  CHECK(refusal<Call>(text) == "expected a JSON object");
}

TEST_CASE("malformed JSON is refused with the place of the fault") {
  auto text = GENERATE("{", "{not json", R"({"type":})", R"({"type":"REVIVE"} x)", "{}{}",
                       R"({"type":"REVIVE",})", "{'type':1}", R"({"a":01})", R"({"a":NaN})",
                       R"({"a":"\ud800"})", "{\"a\":\"\xff\"}", "{\"a\":\"\n\"}", "// {}", " ");
  CHECK_THAT(refusal<Call>(text), Catch::StartsWith("malformed JSON: parse error at line "));
}

TEST_CASE("a refusal stays short and printable whatever the text was") {
  auto long_text = std::string{R"({"i32":")"} + std::string(100000, 'x') + "\"}";
  CHECK(reprint_zoo(long_text).size() < 200);
  auto control = reprint_zoo("{\"i32\":\"a\\u0007\xc3\xbc\"}");
  CHECK(control == "refused: i32: expected an integer, got the string 'a??"
                   "?'");
  auto unfinished = "{\"" + std::string(100000, '\xc3');
  CHECK(reprint_zoo(unfinished).size() < 300);
}

TEST_CASE("a refused message is left empty") {
  Call call;
  call.set_type(Call::REVIVE);
  CHECK_FALSE(from_json(R"({"framework_id":{"value":"x"},"type":1})", call));
  CHECK(to_json(call) == "{}");
}

TEST_CASE("what was in the message before is forgotten") {
  Call call;
  call.set_type(Call::REVIVE);
  REQUIRE(from_json(R"({"framework_id":{"value":"x"}})", call));
  CHECK(to_json(call) == R"({"framework_id":{"value":"x"}})");
}

TEST_CASE("escapes and surrogate pairs are read") {
  CHECK(read<TaskID>(R"({"value":"\u0041\/\n\ud83d\udc0d"})").value() == "A/\n\xf0\x9f\x90\x8d");
}

TEST_CASE("nesting is limited in known and in unknown members") {
  CHECK(reprint_zoo(nested(max_json_depth)) == nested(max_json_depth));
  auto reason = "refused: JSON is nested more than 100 levels deep";
  CHECK(reprint_zoo(nested(max_json_depth + 1)) == reason);
  auto lists = std::string(max_json_depth, '[');
  CHECK(reprint_zoo("{\"unknown\":" + lists) == reason);
  CHECK(reprint_zoo("{\"unknown\":" + std::string(5000000, '[')) == reason);
  CHECK(reprint_zoo("{\"unknown\":" + std::string(99, '[') + std::string(99, ']') + "}") == "{}");
}
