#include "agent/recovery.hpp"

#include "wire/resource_convert.hpp"

#include <troupe/link.pb.h>

#include <algorithm>
#include <string_view>

namespace troupe::agent {

namespace v1 = mesos::v1;

namespace {

/// A list of resources; what cannot be read is damage.
std::optional<resources> read_resources(recovered_agent& out, const std::string& path,
                                        const std::string& bytes) {
  const auto list = decode_records(bytes);
  link::CheckpointResources message;
  if (list.good_bytes == bytes.size() && list.records.size() <= 1 &&
      (list.records.empty() ||
       message.ParseFromArray(list.records[0].data(), int(list.records[0].size()))))
    if (auto items = wire::from_proto(message.resources()))
      return std::move(*items);
  out.damage.push_back(path + " is damaged");
  return std::nullopt;
}

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> parts;
  for (;;) {
    const auto slash = path.find('/');
    parts.emplace_back(path.substr(0, slash));
    if (slash == std::string_view::npos)
      return parts;
    path.remove_prefix(slash + 1);
  }
}

/// A run as it lies on disk, before it is known which of an executor's runs counts.
struct run_files {
  bool ended = false;
  bool subscribed = false;
  std::map<task_id, recovered_task> tasks;
};

struct executor_files {
  executor_info_ptr info;
  std::map<container_id, run_files> runs;
};

struct framework_files {
  framework_info_ptr info;
  std::map<executor_id, executor_files> executors;
};

/// Sorts one agent's files into place.
class reader {
 public:
  reader(recovered_agent& out, agent_id agent)
      : out_(out)
      , agent_(std::move(agent)) {}

  /// `parts`: below `slaves/<id>`.
  void take(const std::string& path, const std::vector<std::string>& parts,
            const std::string& bytes) {
    if (parts.size() == 1 && parts[0] == "slave.info") {
      out_.info = message<v1::AgentInfo>(path, bytes);
    } else if (parts.size() >= 3 && parts[0] == "frameworks") {
      auto& framework = frameworks_[framework_id{parts[1]}];
      if (parts.size() == 3 && parts[2] == "framework.info")
        framework.info = message<v1::FrameworkInfo>(path, bytes);
      else if (parts.size() >= 5 && parts[2] == "executors")
        take_executor(framework.executors[executor_id{parts[3]}], path, parts, bytes);
    }
  }

  /// Keeps what is whole: frameworks and executors whose description could be read.
  void finish() {
    for (auto& [id, files] : frameworks_) {
      if (!files.info) {
        // A crash may keep what lies below a description and lose the description; nothing of that
        // was confirmed. A damaged one is reported already.
        out_.leftovers.push_back(meta::framework_dir(agent_, id));
        continue;
      }
      recovered_framework framework{files.info, {}};
      for (auto& [executor_id, executor] : files.executors)
        finish_executor(framework, executor_id, executor);
      out_.frameworks.emplace(id, std::move(framework));
    }
  }

 private:
  template <class T>
  std::shared_ptr<const T> message(const std::string& path, const std::string& bytes) {
    const auto list = decode_records(bytes);
    auto out = std::make_shared<T>();
    if (list.records.size() == 1 && list.good_bytes == bytes.size() &&
        out->ParseFromArray(list.records[0].data(), int(list.records[0].size())))
      return out;
    out_.damage.push_back(path + " is damaged");
    return nullptr;
  }

  void take_executor(executor_files& executor, const std::string& path,
                     const std::vector<std::string>& parts, const std::string& bytes) {
    if (parts.size() == 5 && parts[4] == "executor.info") {
      executor.info = message<v1::ExecutorInfo>(path, bytes);
    } else if (parts.size() >= 7 && parts[4] == "runs") {
      auto& run = executor.runs[container_id{parts[5]}];
      if (parts.size() == 7)
        (parts[6] == "executor.sentinel" ? run.ended : run.subscribed) = true;
      else if (parts.size() == 9 && parts[6] == "tasks")
        take_task(run.tasks[task_id{parts[7]}], path, parts[8], bytes);
    }
  }

  void take_task(recovered_task& task, const std::string& path, const std::string& file,
                 const std::string& bytes) {
    if (file == "task.info") {
      task.info = message<v1::TaskInfo>(path, bytes);
    } else if (file == "task.killed") {
      const auto list = decode_records(bytes);
      task.kill.emplace();
      if (list.records.size() != 1 ||
          !task.kill->ParseFromArray(list.records[0].data() + 1, int(list.records[0].size()) - 1))
        out_.damage.push_back(path + " is damaged");
    } else if (file == "task.updates") {
      take_updates(task, path, bytes);
    }
  }

  void take_updates(recovered_task& task, const std::string& path, const std::string& bytes) {
    const auto list = decode_records(bytes);
    if (list.good_bytes < bytes.size())
      task.repaired = bytes.substr(0, list.good_bytes);
    for (const auto record : list.records) {
      const auto payload = record.substr(1);
      if (record.front() == static_cast<char>(update_record::acknowledgement)) {
        if (task.acknowledged < task.updates.size() &&
            task.updates[task.acknowledged]->uuid() == payload)
          ++task.acknowledged;
        else
          out_.damage.push_back(path + " acknowledges an update that it does not hold");
        continue;
      }
      auto status = std::make_shared<v1::TaskStatus>();
      if (status->ParseFromArray(payload.data(), int(payload.size())))
        task.updates.push_back(std::move(status));
      else
        out_.damage.push_back(path + " holds something that is no status update");
    }
  }

  void finish_executor(recovered_framework& framework, const executor_id& id,
                       executor_files& files) {
    // The description is written first, so a run without it was never launched; and a folder with a
    // description only is an executor whose first task was never accepted.
    if (!files.info || files.runs.empty()) {
      const framework_id owner{framework.info->id().value()};
      out_.leftovers.push_back(meta::executor_dir(agent_, {owner, id}));
      return;
    }
    auto run = std::find_if(files.runs.begin(), files.runs.end(),
                            [](const auto& x) { return !x.second.ended; });
    if (run == files.runs.end())
      run = files.runs.begin();
    recovered_executor executor{
        files.info, run->first, run->second.ended, run->second.subscribed, {}};
    for (auto& [task_id, task] : run->second.tasks)
      if (task.info)
        executor.tasks.emplace(task_id, std::move(task));
    framework.executors.emplace(id, std::move(executor));
  }

  recovered_agent& out_;
  agent_id agent_;
  std::map<framework_id, framework_files> frameworks_;
};

} // namespace

recovered_agent read_recovered(const checkpoint_files& files) {
  recovered_agent out;
  std::string id;
  for (const auto& [path, bytes] : files) {
    if (path == meta::boot_id)
      out.boot_id = bytes;
    else if (path == meta::latest)
      id = bytes;
    else if (path == meta::resources)
      out.remembered = read_resources(out, path, bytes).value_or(resources{});
    else if (path == meta::resources_target)
      out.wanted = read_resources(out, path, bytes);
  }
  if (id.empty())
    return out;
  reader sorted{out, agent_id{id}};
  for (const auto& [path, bytes] : files) {
    auto parts = split(path);
    if (parts.size() < 3 || parts[0] != "slaves" || parts[1] != id)
      continue;
    parts.erase(parts.begin(), parts.begin() + 2);
    sorted.take(path, parts, bytes);
  }
  sorted.finish();
  if (!out.info) {
    // Registered, but the crash came before that was confirmed: a new agent.
    out.frameworks.clear();
    out.leftovers = {meta::agent_dir(agent_id{id}), meta::latest};
  }
  if (out.info && out.info->id().value() != id)
    out.damage.push_back(meta::latest + " names another agent than slave.info");
  return out;
}

} // namespace troupe::agent
