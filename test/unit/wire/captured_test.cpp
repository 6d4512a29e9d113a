#include "messages.hpp"

#include "wire/media.hpp"

#include <catch2/catch.hpp>
#include <google/protobuf/util/message_differencer.h>
#include <mesos/v1/agent.pb.h>
#include <mesos/v1/executor.pb.h>
#include <mesos/v1/master.pb.h>
#include <mesos/v1/scheduler.pb.h>

#include <fstream>
#include <vector>

using namespace troupe::wire;
using google::protobuf::util::MessageDifferencer;

namespace {

std::vector<std::string> lines_of(const std::string& file) {
  std::ifstream stream{TROUPE_TEST_DATA "/" + file};
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);
  return lines;
}

std::string bytes_of_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string{hex.substr(i, 2)}, nullptr, 16));
  return bytes;
}

} // namespace

TEST_CASE("what a real peer printed is printed in the same bytes") {
  auto type = GENERATE(as<std::string>{}, "scheduler.Event", "executor.Event", "master.Event",
                       "master.Response", "agent.Response");
  auto lines = lines_of(type + ".jsonl");
  REQUIRE(lines.size() > 6);
  for (const auto& line : lines) {
    auto message = new_message(type);
    REQUIRE(from_json(line, *message).error() == "");
    CHECK(to_json(*message) == line);
  }
}

TEST_CASE("what clients sent to a real peer is understood and kept") {
  auto type = GENERATE(as<std::string>{}, "scheduler.Call", "master.Call", "agent.Call");
  auto lines = lines_of(type + ".jsonl");
  REQUIRE(lines.size() > 16);
  for (const auto& line : lines) {
    INFO(line);
    auto message = new_message(type);
    REQUIRE(from_json(line, *message).error() == "");
    auto type_field = message->GetDescriptor()->FindFieldByName("type");
    CHECK(message->GetReflection()->HasField(*message, type_field));
    auto again = new_message(type);
    REQUIRE(decode(media::protobuf, encode(media::protobuf, *message), *again));
    CHECK(MessageDifferencer::Equals(*message, *again));
  }
}

TEST_CASE("an event that a real peer sent in both encodings is the same message") {
  auto lines = lines_of("binary_and_json.tsv");
  REQUIRE(lines.size() == 9);
  for (const auto& line : lines) {
    auto tab = line.find('\t');
    mesos::v1::master::Event from_bytes;
    mesos::v1::master::Event from_text;
    REQUIRE(from_binary(bytes_of_hex(line.substr(0, tab)), from_bytes).error() == "");
    REQUIRE(from_json(line.substr(tab + 1), from_text).error() == "");
    CHECK(to_json(from_bytes) == to_json(from_text));
  }
}
