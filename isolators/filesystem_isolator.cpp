#include "isolators/filesystem_isolator.hpp"

#include "runtime/errors.hpp"

#include <caf/all.hpp>
#include <mesos/v1/mesos.pb.h>

namespace troupe::isolators {
namespace {

using self_pointer = isolator_actor::stateful_pointer<filesystem_state>;

bool wants_image(const container_spec& spec) {
  return spec.container != nullptr && (spec.container->type() == mesos::v1::ContainerInfo::DOCKER ||
                                       spec.container->mesos().has_image());
}

/// An unknown container is one of a former agent: its links are in place already.
std::optional<failure> change(filesystem_state::entry& container, const std::string& work_dir,
                              const resources& limits) {
  auto links = plan_volume_links(work_dir, limits);
  if (!links)
    return failure{links.error()};
  if (auto bad = change_volume_links(container.sandbox, container.links, *links))
    return bad;
  container.links = *std::move(links);
  return std::nullopt;
}

} // namespace

isolator_actor::behavior_type filesystem_isolator(self_pointer self, std::string work_dir) {
  return {
      [=](const prepare_isolation& x) -> caf::result<isolation> {
        if (wants_image(*x.spec))
          return to_error({"filesystem/posix cannot give a container an image of its own"});
        auto& container = self->state.containers[x.spec->id];
        container.sandbox = x.spec->directory;
        if (auto bad = change(container, work_dir, x.spec->limits))
          return to_error(*bad);
        return isolation{};
      },
      [](const isolate_process&) { return isolation_done{}; },
      [=](const update_isolation& x) -> caf::result<isolation_done> {
        const auto found = self->state.containers.find(x.id);
        if (found == self->state.containers.end())
          return isolation_done{};
        if (auto bad = change(found->second, work_dir, x.limits))
          return to_error(*bad);
        return isolation_done{};
      },
      [=](const cleanup_isolation& x) {
        self->state.containers.erase(x.id); // links stay with the sandbox until that is collected
        return isolation_done{};
      },
  };
}

} // namespace troupe::isolators
