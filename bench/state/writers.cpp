#include "writers.hpp"

#include "cluster.hpp"
#include "http/entity_json.hpp"
#include "wire/json.hpp"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#if __has_include(<rapidjson/writer.h>)
#define TROUPE_WITH_RAPIDJSON 1
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#endif

namespace troupe::bench {

namespace v1 = mesos::v1;

namespace {

double amount(const v1::Task& task, std::string_view name) {
  double sum = 0;
  for (const auto& each : task.resources())
    sum += each.name() == name ? each.scalar().value() : 0;
  return sum;
}

std::string with_own(const v1::Task& task) {
  std::string out;
  http::append_task(out, task);
  return out;
}

std::string with_generic(const v1::Task& task) {
  return wire::to_json(task);
}

std::string with_nlohmann(const v1::Task& task) {
  nlohmann::json resources;
  for (const auto* name : {"cpus", "gpus", "mem", "disk"})
    resources[name] = amount(task, name);
  auto statuses = nlohmann::json::array();
  for (const auto& each : task.statuses())
    statuses.push_back(
        {{"state", v1::TaskState_Name(each.state())}, {"timestamp", each.timestamp()}});
  auto labels = nlohmann::json::array();
  for (const auto& each : task.labels().labels())
    labels.push_back({{"key", each.key()}, {"value", each.value()}});
  return nlohmann::json{{"id", task.task_id().value()},
                        {"name", task.name()},
                        {"framework_id", task.framework_id().value()},
                        {"executor_id", task.executor_id().value()},
                        {"slave_id", task.agent_id().value()},
                        {"state", v1::TaskState_Name(task.state())},
                        {"resources", std::move(resources)},
                        {"role", task.resources(0).allocation_info().role()},
                        {"statuses", std::move(statuses)},
                        {"labels", std::move(labels)}}
      .dump();
}

#ifdef TROUPE_WITH_RAPIDJSON
std::string with_rapidjson(const v1::Task& task) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> out(buffer);
  auto text = [&](const char* name, const std::string& value) {
    out.Key(name);
    out.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  };
  out.StartObject();
  text("id", task.task_id().value());
  text("name", task.name());
  text("framework_id", task.framework_id().value());
  text("executor_id", task.executor_id().value());
  text("slave_id", task.agent_id().value());
  text("state", v1::TaskState_Name(task.state()));
  out.Key("resources");
  out.StartObject();
  for (const auto* name : {"cpus", "gpus", "mem", "disk"}) {
    out.Key(name);
    out.Double(amount(task, name));
  }
  out.EndObject();
  text("role", task.resources(0).allocation_info().role());
  out.Key("statuses");
  out.StartArray();
  for (const auto& each : task.statuses()) {
    out.StartObject();
    text("state", v1::TaskState_Name(each.state()));
    out.Key("timestamp");
    out.Double(each.timestamp());
    out.EndObject();
  }
  out.EndArray();
  out.Key("labels");
  out.StartArray();
  for (const auto& each : task.labels().labels()) {
    out.StartObject();
    text("key", each.key());
    text("value", each.value());
    out.EndObject();
  }
  out.EndArray();
  out.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}
#endif

double best_us(const std::vector<v1::Task>& tasks, std::string (*render)(const v1::Task&)) {
  double best = 1e9;
  for (int round = 0; round < 7; ++round) {
    std::size_t bytes = 0;
    const auto begin = std::chrono::steady_clock::now();
    for (const auto& each : tasks)
      bytes += render(each).size();
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
    if (bytes == 0)
      throw std::runtime_error("nothing was rendered");
    best = std::min(best, took.count() / static_cast<double>(tasks.size()));
  }
  return best;
}

} // namespace

writer_times measure_writers(std::size_t count) {
  const auto tasks = sample_tasks(count);
  auto same = [&](std::string (*render)(const v1::Task&)) {
    if (nlohmann::json::parse(render(tasks[0])) != nlohmann::json::parse(with_own(tasks[0])))
      throw std::runtime_error("the writers disagree: " + render(tasks[0]));
  };
  writer_times times;
  times.own = best_us(tasks, with_own);
  times.generic = best_us(tasks, with_generic);
  same(with_nlohmann);
  times.nlohmann = best_us(tasks, with_nlohmann);
#ifdef TROUPE_WITH_RAPIDJSON
  same(with_rapidjson);
  times.rapidjson = best_us(tasks, with_rapidjson);
#endif
  return times;
}

} // namespace troupe::bench
