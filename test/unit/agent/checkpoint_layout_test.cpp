#include "agent/checkpoint_layout.hpp"

#include <mesos/v1/mesos.pb.h>

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::agent;

TEST_CASE("the checksum is the usual CRC-32") {
  CHECK(crc32("123456789") == 0xCBF43926u);
  CHECK(crc32("") == 0);
}

TEST_CASE("records come back as they were written") {
  const std::string a(100000, 'x'), b("\0\1\2", 3);
  const auto bytes = encode_record(a) + encode_record(b);
  const auto list = decode_records(bytes);
  REQUIRE(list.records.size() == 2);
  CHECK(list.records[0] == a);
  CHECK(list.records[1] == b);
  CHECK(list.good_bytes == bytes.size());
}

TEST_CASE("a torn end is found wherever the tear is") {
  const auto first = encode_record("first");
  const auto whole = first + encode_record("second");
  for (auto size = first.size(); size < whole.size(); ++size) {
    const auto list = decode_records(std::string_view{whole}.substr(0, size));
    REQUIRE(list.records.size() == 1);
    CHECK(list.good_bytes == first.size());
  }
}

TEST_CASE("a flipped bit anywhere in a record is found") {
  const auto first = encode_record("first");
  const auto whole = first + encode_record("second");
  for (auto at = first.size(); at < whole.size(); ++at)
    for (int bit = 0; bit < 8; ++bit) {
      auto damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
      CHECK(decode_records(damaged).records.size() == 1);
    }
}

TEST_CASE("zeros that a crash left at the end are no records") {
  const auto first = encode_record("first");
  const auto list = decode_records(first + std::string(64, '\0'));
  CHECK(list.records.size() == 1);
  CHECK(list.good_bytes == first.size());
}

TEST_CASE("a length beyond the end takes no memory") {
  const std::string bytes("\xff\xff\xff\xff\0\0\0\0abc", 11);
  CHECK(decode_records(bytes).records.empty());
}

TEST_CASE("paths follow the layout of Mesos") {
  const agent_id agent{"A"};
  const executor_key executor{framework_id{"F"}, executor_id{"E"}};
  CHECK(meta::agent_info(agent) == "slaves/A/slave.info");
  CHECK(meta::framework_info(agent, executor.framework) == "slaves/A/frameworks/F/framework.info");
  CHECK(meta::executor_info(agent, executor) == "slaves/A/frameworks/F/executors/E/executor.info");
  CHECK(meta::run_dir(agent, executor, container_id{"C"}) ==
        "slaves/A/frameworks/F/executors/E/runs/C");
  CHECK(sandbox_path("/work", agent, executor, container_id{"C"}) ==
        "/work/slaves/A/frameworks/F/executors/E/runs/C");
}
