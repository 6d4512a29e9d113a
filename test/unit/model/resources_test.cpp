#include "model/resource_text.hpp"
#include "test/unit/model/sample_resources.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::samples;

TEST_CASE("resources of one identity are one entry, all others stay apart") {
  auto reserved = make_scalar("cpus", 1);
  reserved.reservations.push_back({reservation_type::dynamic, "web", "alice", {}});
  auto labelled = reserved;
  labelled.reservations[0].labels.items.push_back({"k", "v"});
  auto revocable = make_scalar("cpus", 1);
  revocable.revocable = true;
  auto allocated = make_scalar("cpus", 1);
  allocated.allocation_role = "web";
  auto provided = make_scalar("cpus", 1);
  provided.provider_id = "p";
  resources kinds{make_scalar("cpus", 1), reserved, labelled, revocable, allocated, provided};
  CHECK(kinds.size() == 6);
  kinds += kinds;
  CHECK(kinds.size() == 6);
  CHECK(kinds.cpus() == quantity::from_double(12));
}

TEST_CASE("labels of a reservation count in whatever order") {
  auto item = make_scalar("cpus", 1);
  item.reservations.push_back({reservation_type::dynamic, "web", {}, {{{"a", "1"}, {"b", {}}}}});
  auto turned = item;
  std::swap(turned.reservations[0].labels.items[0], turned.reservations[0].labels.items[1]);
  CHECK(resources{item, turned}.size() == 1);
  turned.reservations[0].labels.items[0].value = "";
  CHECK(resources{item, turned}.size() == 2);
}

TEST_CASE("empty resources are never entries") {
  resource no_tags;
  no_tags.name = "tags";
  no_tags.value = string_set{};
  CHECK(resources{make_scalar("cpus", 0), make_ranges("ports", {}), no_tags}.empty());
  auto all = bag("cpus:1;mem:2");
  CHECK(all.contains(make_scalar("disk", 0)));
  all -= bag("cpus:1");
  CHECK(all.size() == 1);
}

TEST_CASE("MOUNT disks never merge and go whole or not at all") {
  resources two{mount_disk(100, "/mnt/a"), mount_disk(100, "/mnt/a")};
  CHECK(two.size() == 2);
  CHECK(two.contains(two));
  CHECK(two.disk() == quantity::from_double(200));
  CHECK_FALSE(two.contains(mount_disk(50, "/mnt/a")));
  CHECK_FALSE(two.contains(mount_disk(200, "/mnt/a")));
  CHECK_FALSE(two.contains(mount_disk(100, "/mnt/b")));
  CHECK_FALSE(two.contains(two + resources{mount_disk(100, "/mnt/a")}));
  auto one = two - resources{mount_disk(100, "/mnt/a")};
  CHECK(one.size() == 1);
  CHECK(one != two);
  CHECK_FALSE(one.try_subtract(two));
}

TEST_CASE("persistent volumes never merge and PATH disks do") {
  CHECK(resources{volume(10, "v1"), volume(10, "v1")}.size() == 2);
  disk_info info;
  info.source = disk_source{disk_source_type::path, "/data", {}, {}, {}, {}};
  resources path{disk(10, info), disk(5, info)};
  CHECK(path.size() == 1);
  CHECK(path.contains(disk(12, info)));
}

TEST_CASE("RAW and BLOCK disks merge only without an id") {
  for (auto type : {disk_source_type::raw, disk_source_type::block}) {
    CHECK(resources{csi_disk(type, 10, "7"), csi_disk(type, 10, "7")}.size() == 2);
    resources pool{csi_disk(type, 10, {}), csi_disk(type, 10, {})};
    CHECK(pool.size() == 1);
    CHECK(pool.contains(csi_disk(type, 15, {})));
    CHECK_FALSE(resources{csi_disk(type, 10, "7")}.contains(csi_disk(type, 5, "7")));
  }
}

TEST_CASE("a persistent volume is the same wherever it is mounted") {
  auto offered = volume(10, "v1");
  auto used = offered;
  auto info = *used.disk;
  info.volume->container_path = "elsewhere";
  used.disk = info;
  CHECK(resources{offered}.contains(used));
  CHECK(resources{offered}.try_subtract(resources{used})->empty());
  info.persistence->id = "v2";
  used.disk = info;
  CHECK_FALSE(resources{offered}.contains(used));
}

TEST_CASE("shared resources are counted, not summed") {
  auto one = volume(10, "v1", true);
  resources uses{one};
  uses += resources{one};
  uses += one;
  REQUIRE(uses.size() == 1);
  CHECK(uses.begin()->copies == 3);
  CHECK(uses.disk() == quantity::from_double(10));
  CHECK(uses.scalars().get("disk") == quantity::from_double(10));

  auto two = one;
  two.copies = 2;
  CHECK(uses.contains(two));
  CHECK((uses - resources{two}).begin()->copies == 1);
  two.copies = 4;
  CHECK_FALSE(uses.contains(two));
  CHECK_FALSE(uses.try_subtract(resources{two}));
  two.copies = 3;
  CHECK((uses - resources{two}).empty());
  CHECK(uses == resources{two});
  CHECK(uses != resources{one});
  CHECK_FALSE(uses.contains(volume(20, "v1", true)));
  CHECK_FALSE(uses.contains(volume(10, "v1", false)));
}

TEST_CASE("subtracting more than there is changes nothing and is reported") {
  auto all = bag("cpus:4;mem:1024;ports:[1-10];x:{a, b}");
  for (auto* text : {"cpus:4.001", "cpus:1;disk:1", "ports:[10-11]", "x:{c}", "cpus(web):1"}) {
    auto copy = all;
    CHECK_FALSE(copy.contains(bag(text)));
    CHECK_FALSE(copy.try_subtract(bag(text)));
    CHECK_FALSE(copy.subtract_if_contained(bag(text)));
    CHECK(copy == all);
  }
  CHECK(all.subtract_if_contained(bag("cpus:1;ports:[3-4];x:{a}")));
  CHECK(all == bag("cpus:3;mem:1024;ports:[1-2, 5-10];x:{b}"));
  CHECK(all.subtract_if_contained(all));
  CHECK(all.empty());
}

TEST_CASE("a resource may go to its role, the roles below it and to all when unreserved") {
  auto all = bag("cpus:1;cpus(eng):2;cpus(eng/web):4;cpus(ops):8");
  auto cpus = [&](std::string_view role) { return all.allocatable_to(role).cpus().to_double(); };
  CHECK(cpus("eng") == 3);
  CHECK(cpus("eng/web") == 7);
  CHECK(cpus("eng/web/x") == 7);
  CHECK(cpus("ops") == 9);
  CHECK(cpus("engine") == 1);
  CHECK(all.unreserved() == bag("cpus:1"));
  CHECK(all.reserved("eng") == bag("cpus(eng):2"));
  CHECK(all.reserved().cpus().to_double() == 14);
  auto by_role = all.reservations();
  CHECK(by_role.size() == 3);
  CHECK(by_role["ops"] == bag("cpus(ops):8"));
  CHECK(all.begin()->reservation_role() == "*");
}

TEST_CASE("an allocation marks all entries and clearing it merges them again") {
  auto all = bag("cpus:2;mem(web):8");
  auto web = all.allocated_to_role("web");
  auto ops = all.allocated_to_role("ops");
  CHECK_FALSE(web == all);
  auto both = web + ops;
  CHECK(both.size() == 4);
  auto by_role = both.allocations();
  REQUIRE(by_role.size() == 2);
  CHECK(by_role["web"] == web);
  CHECK(by_role["ops"] == ops);
  CHECK(both.unallocated() == all + all);
  CHECK(both.unallocated().size() == 2);
  CHECK(both.allocated_to_role("x").size() == 2);
}

TEST_CASE("a reservation is pushed and popped on every entry") {
  auto all = bag("cpus:2;mem(web):8");
  reservation top{reservation_type::dynamic, "web/a", "alice", {}};
  auto pushed = all.pushed_reservation(top);
  CHECK(pushed.reserved("web/a").size() == 2);
  auto refined = pushed.filter([](const resource& x) { return x.has_refined_reservations(); });
  CHECK(refined.mem() == all.mem());
  CHECK(refined.size() == 1);
  CHECK(pushed.popped_reservation() == all);
  CHECK(pushed.to_unreserved() == bag("cpus:2;mem:8"));
}

TEST_CASE("parts are selected by kind") {
  auto spare = make_scalar("cpus", 3);
  spare.revocable = true;
  resources all{make_scalar("cpus", 2), spare, volume(10, "v1", true), volume(20, "v2")};
  CHECK(all.revocable().cpus().to_double() == 3);
  CHECK(all.non_revocable().cpus().to_double() == 2);
  CHECK(all.shared().disk().to_double() == 10);
  CHECK(all.non_shared().disk().to_double() == 20);
  CHECK(all.persistent_volumes().size() == 2);
  CHECK(all.named("cpus").size() == 2);
}

TEST_CASE("sums go over scalars, and over elements when asked") {
  auto all = bag("cpus:2;cpus(web):3;mem:8;ports:[1-10, 20-20];x:{a, b}");
  CHECK(to_text(all.scalars()) == "cpus:5;mem:8");
  CHECK(to_text(all.all_quantities()) == "cpus:5;mem:8;ports:11;x:2");
  CHECK(all.gpus().is_zero());
  CHECK(all.get_scalar("ports").is_zero());
  CHECK(all.get_ranges("cpus").empty());
}

TEST_CASE("shrinking cuts divisible scalars only") {
  auto cpus = make_scalar("cpus", 4);
  CHECK(shrink(cpus, quantity::from_double(1.5)));
  CHECK(cpus.scalar() == quantity::from_double(1.5));
  CHECK(shrink(cpus, quantity::from_double(9)));
  CHECK(cpus.scalar() == quantity::from_double(1.5));
  auto mount = mount_disk(100, "/mnt/a");
  CHECK_FALSE(shrink(mount, quantity::from_double(50)));
  CHECK(mount.scalar() == quantity::from_double(100));
  CHECK(shrink(mount, quantity::from_double(100)));
  auto ports = make_ranges("ports", {{1, 5}});
  CHECK_FALSE(shrink(ports, quantity::from_double(1)));
}

TEST_CASE("copies of a bag share one body until one changes, and then only that one") {
  auto first = *parse_resources("cpus:4;mem:100");
  auto second = first;
  CHECK(second.same_body(first));
  SECTION("by adding") {
    second.add(make_scalar("cpus", 1));
  }
  SECTION("by taking away") {
    second -= *parse_resources("cpus:1");
  }
  SECTION("by allocating") {
    second = second.allocated_to_role("dev");
  }
  SECTION("by being emptied") {
    second -= first;
  }
  CHECK_FALSE(second.same_body(first));
  CHECK(second != first);
  CHECK(first == *parse_resources("cpus:4;mem:100"));
}
