#include "wire/packed_task.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <mesos/v1/mesos.pb.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace troupe {

using mesos::v1::Task;

namespace {

constexpr std::size_t parts = 4;
using ends_of_parts = std::array<std::uint32_t, parts>;

/// Moves the changing part out of the task.
Task take_progress(Task& task) {
  Task progress;
  progress.set_state(task.state());
  progress.mutable_statuses()->Swap(task.mutable_statuses());
  if (task.has_status_update_state())
    progress.set_status_update_state(task.status_update_state());
  if (task.has_status_update_uuid())
    progress.set_status_update_uuid(std::move(*task.mutable_status_update_uuid()));
  task.clear_state();
  task.clear_status_update_state();
  task.clear_status_update_uuid();
  return progress;
}

std::string bytes_of(const Task& part) {
  std::string bytes;
  part.AppendPartialToString(&bytes);
  bytes.shrink_to_fit();
  return bytes;
}

} // namespace

packed_task::packed_task(Task task) {
  const auto progress = take_progress(task);
  std::array<std::string, parts> texts{std::move(*task.mutable_task_id()->mutable_value()),
                                       std::move(*task.mutable_framework_id()->mutable_value()),
                                       std::move(*task.mutable_agent_id()->mutable_value())};
  task.clear_task_id();
  task.clear_framework_id();
  task.clear_agent_id();
  texts.back() = bytes_of(task);
  ends_of_parts ends{};
  std::uint32_t size = 0;
  for (std::size_t i = 0; i < parts; ++i)
    ends[i] = size += static_cast<std::uint32_t>(texts[i].size());
  auto block = std::make_shared<char[]>(sizeof ends + size);
  std::memcpy(block.get(), ends.data(), sizeof ends);
  auto* to = block.get() + sizeof ends;
  for (const auto& text : texts)
    to = std::copy(text.begin(), text.end(), to);
  launched_ = std::move(block);
  progress_ = bytes_of(progress);
  state_ = progress.state();
}

packed_task packed_task::after(const Task& progress) const {
  packed_task result;
  result.launched_ = launched_;
  result.progress_ = bytes_of(progress);
  result.state_ = progress.state();
  return result;
}

std::string_view packed_task::launched(std::size_t part) const {
  ends_of_parts ends;
  std::memcpy(ends.data(), launched_.get(), sizeof ends);
  const auto begin = part == 0 ? 0 : ends[part - 1];
  return {launched_.get() + sizeof ends + begin, ends[part] - begin};
}

void packed_task::unpack_into(Task& task) const {
  const auto rest = launched(parts - 1);
  task.ParsePartialFromArray(rest.data(), static_cast<int>(rest.size()));
  task.mutable_task_id()->set_value(std::string(this->task()));
  task.mutable_framework_id()->set_value(std::string(framework()));
  task.mutable_agent_id()->set_value(std::string(agent()));
  google::protobuf::io::CodedInputStream progress(
      reinterpret_cast<const std::uint8_t*>(progress_.data()), static_cast<int>(progress_.size()));
  task.MergePartialFromCodedStream(&progress);
}

Task packed_task::unpack() const {
  Task task;
  unpack_into(task);
  return task;
}

Task packed_task::unpack_progress() const {
  Task progress;
  progress.ParsePartialFromString(progress_);
  return progress;
}

} // namespace troupe
