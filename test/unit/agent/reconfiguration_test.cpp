#include "agent/recovery.hpp"

#include <mesos/v1/mesos.pb.h>

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::agent;
namespace v1 = mesos::v1;

namespace {

v1::AgentInfo make_info(double cpus = 4) {
  v1::AgentInfo info;
  info.set_hostname("h");
  auto& item = *info.add_resources();
  item.set_name("cpus");
  item.set_type(v1::Value::SCALAR);
  item.mutable_scalar()->set_value(cpus);
  auto& rack = *info.add_attributes();
  rack.set_name("rack");
  rack.set_type(v1::Value::TEXT);
  rack.mutable_text()->set_value("r1");
  return info;
}

void add_ports(v1::AgentInfo& info, std::uint64_t end) {
  auto& item = *info.add_resources();
  item.set_name("ports");
  item.set_type(v1::Value::RANGES);
  auto& range = *item.mutable_ranges()->add_range();
  range.set_begin(100);
  range.set_end(end);
}

const auto equal = reconfiguration_policy::equal;
const auto additive = reconfiguration_policy::additive;

} // namespace

TEST_CASE("the same description is fine under both policies, in any order") {
  auto a = make_info(), b = make_info();
  add_ports(a, 200);
  b.clear_resources();
  add_ports(b, 200);
  *b.add_resources() = make_info().resources(0);
  CHECK_FALSE(incompatibility(a, b, equal));
  CHECK_FALSE(incompatibility(a, b, additive));
}

TEST_CASE("hostname and port are fixed under both policies") {
  auto other = make_info();
  other.set_port(1);
  CHECK(incompatibility(make_info(), other, equal) == "the port was 5051 and is 1");
  CHECK(incompatibility(make_info(), other, additive));
  other = make_info();
  other.set_hostname("x");
  CHECK(incompatibility(make_info(), other, additive));
}

TEST_CASE("equal refuses more resources, additive takes them") {
  CHECK(incompatibility(make_info(4), make_info(8), equal) == "the resources have changed");
  CHECK_FALSE(incompatibility(make_info(4), make_info(8), additive));
  CHECK(incompatibility(make_info(8), make_info(4), additive) ==
        "resource 'cpus' is gone or smaller than before");
}

TEST_CASE("ranges may be extended and new resources may come, additively") {
  auto before = make_info(), after = make_info();
  add_ports(before, 200);
  CHECK(incompatibility(before, after, additive));
  CHECK_FALSE(incompatibility(after, before, additive));
  add_ports(after, 300);
  CHECK_FALSE(incompatibility(before, after, additive));
  CHECK(incompatibility(after, before, additive));
}

TEST_CASE("texts of attributes must stay, new attributes may come, additively") {
  auto after = make_info();
  after.mutable_attributes(0)->mutable_text()->set_value("r2");
  CHECK(incompatibility(make_info(), after, additive) == "attribute 'rack' is gone or has changed");
  CHECK(incompatibility(make_info(), after, equal) == "the attributes have changed");
  after = make_info();
  *after.add_attributes() = make_info().attributes(0);
  after.mutable_attributes(1)->set_name("zone");
  CHECK_FALSE(incompatibility(make_info(), after, additive));
  CHECK(incompatibility(make_info(), after, equal));
}

TEST_CASE("a domain may be added additively and never changed") {
  auto after = make_info();
  after.mutable_domain()->mutable_fault_domain()->mutable_region()->set_name("r");
  after.mutable_domain()->mutable_fault_domain()->mutable_zone()->set_name("z");
  CHECK(incompatibility(make_info(), after, equal));
  CHECK_FALSE(incompatibility(make_info(), after, additive));
  CHECK(incompatibility(after, make_info(), additive));
}
