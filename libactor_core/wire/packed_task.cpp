#include "wire/packed_task.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>
#include <mesos/v1/mesos.pb.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace troupe {

using google::protobuf::internal::WireFormatLite;
using mesos::v1::Task;

namespace {

constexpr std::size_t parts = 4;
using ends_of_parts = std::array<std::uint32_t, parts>;

/// Calls `use(number, bytes)` for each field of a serialized message; the bytes are those of tag and value.
template <class Use>
void for_each_field(std::string_view message, Use use) {
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const std::uint8_t*>(message.data()),
                                            static_cast<int>(message.size()));
  std::size_t begin = 0;
  while (const auto tag = in.ReadTag()) {
    WireFormatLite::SkipField(&in, tag);
    const auto end = static_cast<std::size_t>(in.CurrentPosition());
    use(WireFormatLite::GetTagFieldNumber(tag), message.substr(begin, end - begin));
    begin = end;
  }
}

std::string bytes_of(const Task& part) {
  std::string bytes;
  part.AppendPartialToString(&bytes);
  bytes.shrink_to_fit();
  return bytes;
}

} // namespace

packed_task::packed_task(const Task& task)
    : state_(task.state()) {
  const auto whole = bytes_of(task);
  std::string rest;
  rest.reserve(whole.size());
  for_each_field(whole, [&](int number, std::string_view bytes) {
    switch (number) {
    case Task::kTaskIdFieldNumber:
    case Task::kFrameworkIdFieldNumber:
    case Task::kAgentIdFieldNumber:
      return;
    case Task::kStateFieldNumber:
    case Task::kStatusesFieldNumber:
    case Task::kStatusUpdateStateFieldNumber:
    case Task::kStatusUpdateUuidFieldNumber:
      progress_ += bytes;
      return;
    default:
      rest += bytes;
    }
  });
  progress_.shrink_to_fit();
  const std::array<std::string_view, parts> texts{
      task.task_id().value(), task.framework_id().value(), task.agent_id().value(), rest};
  ends_of_parts ends{};
  std::uint32_t size = 0;
  for (std::size_t i = 0; i < parts; ++i)
    ends[i] = size += static_cast<std::uint32_t>(texts[i].size());
  auto block = std::make_shared<char[]>(sizeof ends + size);
  std::memcpy(block.get(), ends.data(), sizeof ends);
  auto* to = block.get() + sizeof ends;
  for (const auto text : texts)
    to = std::copy(text.begin(), text.end(), to);
  launched_ = std::move(block);
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
