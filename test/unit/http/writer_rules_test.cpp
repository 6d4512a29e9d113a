/// The endpoints' writer and the generic codec follow the same rules for strings and numbers.
#include "http/entity_json.hpp"
#include "http/json_object.hpp"

#include <catch2/catch.hpp>
#include <mesos/v1/mesos.pb.h>
#include <nlohmann/json.hpp>

#include <bit>
#include <cmath>
#include <random>

using namespace troupe;
using namespace troupe::http;
namespace v1 = mesos::v1;

namespace {

/// Bytes of all kinds: plain text, what must be escaped, whole and broken UTF-8.
std::string random_text(std::mt19937_64& dice) {
  static const std::string pieces[] = {
      "a", "/", "\"", "\\",   "\n",   "\x01",         "\x7f",
      "é", "€", "😀",  "\xff", "\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80"};
  std::string text;
  for (auto n = dice() % 30; n > 0; --n) {
    if (dice() % 4 == 0)
      text += static_cast<char>(dice() % 256);
    else
      text += pieces[dice() % std::size(pieces)];
  }
  return text;
}

double random_number(std::mt19937_64& dice) {
  switch (dice() % 4) {
  case 0:
    return static_cast<double>(static_cast<std::int64_t>(dice()) >> (dice() % 64));
  case 1:
    return static_cast<double>(dice() % 10'000'000'000) / 1000;
  case 2:
    return std::ldexp(static_cast<double>(dice() % 1000), static_cast<int>(dice() % 200) - 100);
  default:
    return std::bit_cast<double>(dice()); // NaN and infinities, too
  }
}

} // namespace

TEST_CASE("labels of random bytes read the same from both writers, and parse") {
  std::mt19937_64 dice(1);
  for (int i = 0; i < 3000; ++i) {
    v1::Labels labels;
    for (auto n = dice() % 4; n > 0; --n) {
      auto* label = labels.add_labels();
      label->set_key(random_text(dice));
      if (dice() % 4 != 0)
        label->set_value(random_text(dice));
    }
    std::string wanted = "[";
    for (const auto& each : labels.labels())
      wanted += (wanted.size() > 1 ? "," : "") + wire::to_json(each);
    wanted += "]";
    std::string got;
    append_labels(got, labels);
    REQUIRE(got == wanted);
    REQUIRE(nlohmann::json::accept(got));
  }
}

TEST_CASE("random numbers read the same from both writers") {
  std::mt19937_64 dice(2);
  for (int i = 0; i < 20'000; ++i) {
    v1::Value::Scalar scalar;
    scalar.set_value(random_number(dice));
    std::string got;
    json_object object(got);
    object.number("value", scalar.value());
    object.close();
    REQUIRE(got == wire::to_json(scalar));
    auto parsed = nlohmann::json::parse(got).at("value");
    if (std::isfinite(scalar.value()))
      REQUIRE(parsed.get<double>() == scalar.value());
  }
}

TEST_CASE("keys from outside are written by the rules of strings") {
  std::mt19937_64 dice(3);
  for (int i = 0; i < 2000; ++i) {
    const auto name = random_text(dice);
    std::string got;
    json_object object(got);
    object.foreign_key(name) += "1";
    object.close();
    std::string key;
    wire::append_json_string(key, name);
    REQUIRE(got == "{" + key + ":1}");
    REQUIRE(nlohmann::json::accept(got));
  }
}

TEST_CASE("plain scalars of a task are summed without parsing as they are with it") {
  v1::Task task;
  auto add = [&](const std::string& name, double value) {
    auto* item = task.add_resources();
    item->set_name(name);
    item->set_type(v1::Value::SCALAR);
    item->mutable_scalar()->set_value(value);
    return item;
  };
  add("cpus", 0.1);
  add("cpus", 0.2)->set_role("eng");
  add("mem", 32);
  add("odd\"name", 0.0015);
  std::string quick;
  append_res_of(quick, task.resources());
  auto parsed = nlohmann::json::parse(quick);
  CHECK(parsed.at("cpus") == 0.3);
  CHECK(parsed.at("mem") == 32.0);
  CHECK(parsed.at("disk") == 0.0);
  CHECK(parsed.at("odd\"name") == 0.002);
  add("cpus", 4)->mutable_revocable();
  std::string whole;
  append_res_of(whole, task.resources());
  parsed = nlohmann::json::parse(whole);
  CHECK(parsed.at("cpus") == 0.3);
  CHECK(parsed.at("cpus_revocable") == 4.0);
}
