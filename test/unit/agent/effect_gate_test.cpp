#include "agent/effect_gate.hpp"

#include <troupe/link.pb.h>

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::agent;

namespace {

effect::destroy destroy(const std::string& id) {
  return {container_id{id}};
}

effects list(std::initializer_list<any_effect> items) {
  return {items};
}

} // namespace

TEST_CASE("effects pass at once while no file operation is under way") {
  effect_gate gate;
  CHECK(gate.push(list({destroy("a"), destroy("b")})).size() == 2);
}

TEST_CASE("what follows a file operation waits for its confirmation") {
  effect_gate gate;
  const auto out = gate.push(list({destroy("a"), effect::write_file{"p", "x"}, destroy("b")}));
  REQUIRE(out.size() == 2);
  CHECK(std::holds_alternative<effect::destroy>(out[0]));
  CHECK(std::holds_alternative<effect::write_file>(out[1]));
  const auto later = gate.confirmed();
  REQUIRE(later.size() == 1);
  CHECK(std::get<effect::destroy>(later[0]).container == container_id{"b"});
}

TEST_CASE("what follows a change of volumes waits until it is made") {
  effect_gate gate;
  const auto out = gate.push(list({effect::change_volumes{{{"/v"}, {}, {}}}, destroy("b")}));
  REQUIRE(out.size() == 1);
  CHECK(std::holds_alternative<effect::change_volumes>(out[0]));
  CHECK(gate.confirmed().size() == 1);
}

TEST_CASE("later effects do not overtake waiting ones") {
  effect_gate gate;
  gate.push(list({effect::write_file{"p", "x"}, destroy("a")}));
  CHECK(gate.push(list({destroy("b")})).empty());
  const auto out = gate.confirmed();
  REQUIRE(out.size() == 2);
  CHECK(std::get<effect::destroy>(out[0]).container == container_id{"a"});
  CHECK(std::get<effect::destroy>(out[1]).container == container_id{"b"});
}

TEST_CASE("file operations pass in order without waiting for each other") {
  effect_gate gate;
  const auto out = gate.push(list({effect::write_file{"p", "x"}, effect::append_file{"q", "y"},
                                   effect::remove_file{"r"}, destroy("a")}));
  CHECK(out.size() == 3);
  CHECK(gate.confirmed().empty());
  CHECK(gate.confirmed().empty());
  CHECK(gate.confirmed().size() == 1);
  CHECK(gate.outstanding() == 0);
}

TEST_CASE("an urgent message to the master does not wait for the disk") {
  effect_gate gate;
  const auto record = std::make_shared<link::ToMaster>();
  const auto out =
      gate.push(list({effect::write_file{"p", "x"}, effect::tell_master{record, true}}));
  CHECK(out.size() == 2);
}
