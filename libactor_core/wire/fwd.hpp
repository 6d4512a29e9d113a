/// Forward declarations of the wire messages that cross actor boundaries, and their shared immutable form.
/// Headers include this instead of the generated ones, which cost seconds to compile.
#pragma once

#include <memory>

namespace mesos::v1 {
class AgentInfo;
class CommandInfo;
class ContainerInfo;
class ContainerStatus;
class ExecutorInfo;
class FrameworkInfo;
class InverseOffer;
class MasterInfo;
class Offer;
class Resource;
class ResourceStatistics;
class Task;
class TaskInfo;
class TaskStatus;
namespace scheduler {
class Call;
class Event;
} // namespace scheduler
namespace allocator {
class InverseOfferStatus;
} // namespace allocator
namespace executor {
class Call;
class Event;
} // namespace executor
} // namespace mesos::v1

namespace troupe::link {
class Record;
class ToAgent;
class ToMaster;
} // namespace troupe::link

namespace troupe {

/// An immutable message shared between actors: made once, read by many, never changed.
template <class T>
using shared = std::shared_ptr<const T>;

class packed_task;

using agent_info_ptr = shared<mesos::v1::AgentInfo>;
using executor_call_ptr = shared<mesos::v1::executor::Call>;
using executor_event_ptr = shared<mesos::v1::executor::Event>;
using executor_info_ptr = shared<mesos::v1::ExecutorInfo>;
using framework_info_ptr = shared<mesos::v1::FrameworkInfo>;
using inverse_offer_ptr = shared<mesos::v1::InverseOffer>;
using offer_ptr = shared<mesos::v1::Offer>;
using packed_task_ptr = shared<packed_task>;
using scheduler_call_ptr = shared<mesos::v1::scheduler::Call>;
using scheduler_event_ptr = shared<mesos::v1::scheduler::Event>;
using task_info_ptr = shared<mesos::v1::TaskInfo>;
using task_ptr = shared<mesos::v1::Task>;
using task_status_ptr = shared<mesos::v1::TaskStatus>;
using to_agent_ptr = shared<link::ToAgent>;
using to_master_ptr = shared<link::ToMaster>;

} // namespace troupe
