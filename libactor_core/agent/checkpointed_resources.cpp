/// Reservations made while the agent runs, and persistent volumes: what the master tells of them is
/// made so, and remembered.
#include "agent/agent_core.hpp"

#include "model/checkpointed.hpp"
#include "model/ids.hpp"
#include "model/resource_text.hpp"
#include "runtime/logging.hpp"
#include "wire/resource_convert.hpp"

namespace troupe::agent {

namespace v1 = mesos::v1;

namespace {

std::string encode(const resources& items) {
  link::CheckpointResources message;
  *message.mutable_resources() = wire::to_proto(items, wire::resource_format::post_refinement);
  // No record is empty; an empty list is an empty file.
  return items.empty() ? std::string{} : encode_record(message);
}

std::map<std::string, bool> volumes_of(const std::string& work_dir, const resources& items) {
  std::map<std::string, bool> paths; ///< and whether it is a mount point
  for (const auto& item : items.persistent_volumes())
    paths[volume_path(work_dir, item)] = item.is_disk(disk_source_type::mount);
  return paths;
}

/// From the volumes in `before` to those in `after`. Those that stay are made, too: it costs
/// nothing, and one that somebody has removed is there again.
change_volumes difference(const std::string& work_dir, const resources& before,
                          const resources& after) {
  change_volumes result;
  const auto kept = volumes_of(work_dir, after);
  for (const auto& [path, mount] : kept)
    if (!mount)
      result.made.push_back(path);
  for (const auto& [path, mount] : volumes_of(work_dir, before))
    if (!kept.contains(path))
      (mount ? result.emptied : result.removed).push_back(path);
  return result;
}

/// Its folder is named after it, so a volume's id must not lead elsewhere.
std::optional<std::string> bad_id(const resources& items) {
  for (const auto& item : items.persistent_volumes())
    if (auto why = check_id(item.disk->persistence->id))
      return "persistence id '" + item.disk->persistence->id + "': " + *why;
  return std::nullopt;
}

/// A shared volume is there once, however many tasks use it.
bool has(const resources& total, resource item) {
  item.copies = 1;
  return total.contains(item);
}

} // namespace

void agent_core::checkpoint_resources(const link::CheckpointResources& record) {
  auto wanted = wire::from_proto(record.resources());
  if (!wanted) {
    log_error("resources to remember are not understood", {{"why", wanted.error()}});
    return;
  }
  if (auto why = bad_id(*wanted)) {
    log_error("resources to remember are not understood", {{"why", *why}});
    return;
  }
  auto total = with_checkpointed(config_.total, *wanted);
  if (!total) {
    log_error("resources to remember do not fit this agent", {{"why", total.error()}});
    return;
  }
  if (*wanted == remembered_)
    return;
  log_info("resources change their form", {{"remembered", to_text(*wanted)}});
  commit_resources(*wanted);
  total_ = std::move(*total);
  view_.reset();
}

void agent_core::commit_resources(const resources& wanted) {
  const auto bytes = encode(wanted);
  // Between the two files volumes change: should the agent end there, it goes on with the target.
  write(meta::resources_target, bytes);
  emit(effect::change_volumes{difference(config_.work_dir, remembered_, wanted)});
  write(meta::resources, bytes);
  remove(meta::resources_target);
  remembered_ = wanted;
}

std::optional<std::string> agent_core::restore_resources(const recovered_agent& found) {
  const auto& wanted = found.wanted ? *found.wanted : found.remembered;
  auto total = with_checkpointed(config_.total, wanted);
  if (!total)
    return "this agent cannot go on: its " + total.error() +
           "; give it the --resources back that it had, or remove " + config_.work_dir +
           "/meta/resources to give up its reservations and volumes";
  total_ = std::move(*total);
  remembered_ = found.remembered;
  if (found.wanted)
    commit_resources(wanted);
  else if (!wanted.persistent_volumes().empty())
    emit(effect::change_volumes{difference(config_.work_dir, wanted, wanted)});
  return std::nullopt;
}

std::optional<verdict> agent_core::check_resources(const resources& wanted) const {
  for (const auto& item : checkpointed_part(wanted).unallocated())
    if (!has(total_, item))
      return verdict{v1::TASK_DROPPED, v1::TaskStatus::REASON_RESOURCES_UNKNOWN,
                     "The checkpointed resource " + to_text(item) +
                         " being used by the task is unknown to the agent"};
  return std::nullopt;
}

} // namespace troupe::agent
