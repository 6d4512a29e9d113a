#include "wire/arena_message.hpp"

#include <catch2/catch.hpp>
#include <mesos/v1/mesos.pb.h>

#include <string>

using namespace troupe;
using mesos::v1::Offer;

namespace {

void fill(Offer& offer, int names) {
  for (int i = 0; i < names; ++i) {
    auto* resource = offer.add_resources();
    resource->set_name("a name that fits into no small string " + std::to_string(i));
    resource->mutable_scalar()->set_value(i);
  }
}

} // namespace

TEST_CASE("a message in one piece says what one on the heap does, small or bigger than its room") {
  for (int names : {0, 1, 500}) {
    Offer plain;
    auto packed = wire::make_arena_message<Offer>();
    fill(plain, names);
    fill(*packed, names);
    CHECK(packed->SerializePartialAsString() == plain.SerializePartialAsString());
  }
}

TEST_CASE("a part of a message in one piece keeps all of it") {
  auto packed = wire::make_arena_message<Offer, 512>();
  fill(*packed, 100);
  std::shared_ptr<const mesos::v1::Resource> part{packed, &packed->resources(99)};
  packed.reset();
  CHECK(part->scalar().value() == 99);
  CHECK(part->name() == "a name that fits into no small string 99");
}
