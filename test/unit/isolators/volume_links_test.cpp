#include "support.hpp"

#include "isolators/volume_links.hpp"
#include "model/checkpointed.hpp"

#include <sys/stat.h>

using namespace troupe;
using namespace troupe::isolators;
using namespace troupe::isolators::test;

namespace {

resource volume(const std::string& id, const std::string& path, const std::string& role = "eng") {
  resource item;
  item.name = "disk";
  item.value = quantity::from_double(64);
  item.reservations = {{reservation_type::dynamic, role, std::nullopt, {}}};
  disk_info disk;
  disk.persistence = persistence{id, std::nullopt};
  disk.volume = disk_volume{path, volume_mode::read_write, std::nullopt};
  item.disk = disk;
  return item;
}

resource on_disk(resource item, disk_source_type type, const std::string& root) {
  disk_info disk = *item.disk;
  disk.source = disk_source{type, root, std::nullopt, std::nullopt, std::nullopt, {}};
  item.disk = disk;
  return item;
}

} // namespace

TEST_CASE("persistent volumes lie where Mesos put them") {
  CHECK(volume_path("/w", volume("v1", "data", "eng/dev")) == "/w/volumes/roles/eng dev/v1");
  CHECK(volume_path("/w", on_disk(volume("v1", "data"), disk_source_type::path, "/mnt/d")) ==
        "/mnt/d/volumes/roles/eng/v1");
  CHECK(volume_path("/w", on_disk(volume("v1", "data"), disk_source_type::path, "d")) ==
        "/w/d/volumes/roles/eng/v1");
  CHECK(volume_path("/w", on_disk(volume("v1", "data"), disk_source_type::mount, "/mnt/m")) ==
        "/mnt/m");
}

TEST_CASE("container paths that leave the sandbox or collide are refused") {
  const auto plan = [](std::initializer_list<resource> items) {
    return plan_volume_links("/w", resources(items));
  };
  CHECK(plan({volume("a", "data"), volume("b", "deep/er")})->size() == 2);
  CHECK_FALSE(plan({volume("a", "/etc")}));
  CHECK_FALSE(plan({volume("a", "../x")}));
  CHECK(plan({volume("a", "data"), volume("b", "./data")}).error() ==
        "two persistent volumes want the container path 'data'");
}

TEST_CASE("links appear with volumes, belong to the sandbox's owner and go with them") {
  scratch area;
  const auto sandbox = area / "sandbox";
  std::filesystem::create_directories(sandbox);
  const auto place = volume_path(area.path(), volume("v1", "deep/data"));
  std::filesystem::create_directories(place + "/old");
  uid_t owner = ::geteuid();
  if (owner == 0) {
    owner = find_user("nobody")->uid;
    REQUIRE(::chown(sandbox.c_str(), owner, owner) == 0);
  }
  const auto links = plan_volume_links(area.path(), resources({volume("v1", "deep/data")}));
  REQUIRE(links);
  REQUIRE_FALSE(change_volume_links(sandbox, {}, *links));
  CHECK(std::filesystem::read_symlink(sandbox + "/deep/data") == place);
  for (const auto& path : {place, place + "/old", sandbox + "/deep"}) {
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    CHECK(info.st_uid == owner);
  }
  REQUIRE_FALSE(change_volume_links(sandbox, *links, *links));
  REQUIRE_FALSE(change_volume_links(sandbox, *links, {}));
  CHECK_FALSE(std::filesystem::exists(std::filesystem::symlink_status(sandbox + "/deep/data")));
  CHECK(std::filesystem::exists(place + "/old"));
}

TEST_CASE("a volume whose folder is missing is an error that names it") {
  scratch area;
  const auto links = plan_volume_links(area.path(), resources({volume("v1", "data")}));
  std::filesystem::create_directories(area / "sandbox");
  const auto bad = change_volume_links(area / "sandbox", {}, *links);
  REQUIRE(bad);
  CHECK(bad->reason == "cannot find the persistent volume '" + (area / "volumes/roles/eng/v1") +
                           "': No such file or directory");
}

TEST_CASE("what a task put in place of a link is not removed with the volume") {
  scratch area;
  std::filesystem::create_directories(area / "sandbox");
  std::filesystem::create_directories(area / "volumes/roles/eng/v1");
  const auto links = *plan_volume_links(area.path(), resources({volume("v1", "data")}));
  REQUIRE_FALSE(write_file(area / "sandbox/data", "mine"));
  REQUIRE_FALSE(change_volume_links(area / "sandbox", links, {}));
  CHECK(area.read("sandbox/data") == "mine");
}

TEST_CASE("a link that a former agent made stays as it is, one that leads elsewhere is replaced") {
  scratch area;
  std::filesystem::create_directories(area / "sandbox");
  std::filesystem::create_directories(area / "volumes/roles/eng/v1");
  const auto links = *plan_volume_links(area.path(), resources({volume("v1", "data")}));
  const auto inode = [&] {
    struct stat info {};
    REQUIRE(::lstat((area / "sandbox/data").c_str(), &info) == 0);
    return info.st_ino;
  };
  REQUIRE_FALSE(change_volume_links(area / "sandbox", {}, links));
  const auto before = inode();
  REQUIRE_FALSE(change_volume_links(area / "sandbox", {}, links));
  CHECK(inode() == before);
  std::filesystem::remove(area / "sandbox/data");
  std::filesystem::create_symlink("/etc", area / "sandbox/data");
  REQUIRE_FALSE(change_volume_links(area / "sandbox", {}, links));
  CHECK(std::filesystem::read_symlink(area / "sandbox/data") == area / "volumes/roles/eng/v1");
}
