#include "lossy_link.hpp"

namespace troupe::simulation {

std::string describe(const link::ToAgent& record) {
  using link::ToAgent;
  switch (record.kind_case()) {
  case ToAgent::kRegistered:
    return "registered " + record.registered().agent_id().value() + ", " +
           std::to_string(record.registered().reconcile_size()) + " to reconcile";
  case ToAgent::kPing:
    return record.ping().connected() ? "" : "ping: not connected";
  case ToAgent::kRunTask:
    return "run " + record.run_task().task().task_id().value();
  case ToAgent::kRunTaskGroup:
    return "run a group";
  case ToAgent::kKillTask:
    return "kill " + record.kill_task().task_id().value();
  case ToAgent::kAcknowledge:
    return "acknowledge " + record.acknowledge().task_id().value();
  case ToAgent::kShutdownFramework:
    return "shut down framework " + record.shutdown_framework().framework_id().value();
  case ToAgent::kShutdownExecutor:
    return "shut down executor " + record.shutdown_executor().executor_id().value();
  case ToAgent::kUpdateFramework:
    return "update framework " + record.update_framework().framework().id().value();
  case ToAgent::kMessage:
    return "message to an executor";
  case ToAgent::kShutdown:
    return "shut down: " + record.shutdown().reason();
  case ToAgent::kCheckpointResources:
    return "remember " + std::to_string(record.checkpoint_resources().resources_size()) +
           " resources";
  case ToAgent::KIND_NOT_SET:
    break;
  }
  return "nothing";
}

std::string describe(const link::ToMaster& record) {
  using link::ToMaster;
  switch (record.kind_case()) {
  case ToMaster::kRegister:
    return "register";
  case ToMaster::kReregister: {
    const auto& agent = record.reregister();
    std::string text = "re-register " + agent.registration().agent().id().value() + ":";
    for (const auto& task : agent.tasks())
      text += " " + task.task_id().value() + "=" + mesos::v1::TaskState_Name(task.state());
    return text;
  }
  case ToMaster::kUnregister:
    return "unregister";
  case ToMaster::kStatusUpdate: {
    const auto& update = record.status_update();
    return "update " + update.status().task_id().value() + " " +
           mesos::v1::TaskState_Name(update.status().state());
  }
  case ToMaster::kExecutorExited:
    return "executor exited";
  case ToMaster::kExecutorMessage:
    return "message to a framework";
  case ToMaster::kPong:
    return "";
  case ToMaster::KIND_NOT_SET:
    break;
  }
  return "nothing";
}

} // namespace troupe::simulation
