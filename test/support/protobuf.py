"""Binary protobuf from tables of field numbers. Messages are dicts as in the JSON form: enums by
name, bytes in base64, repeated fields as lists. Fields that the tables lack are skipped."""
import base64
import struct

# "NAME: NUMBER FIELD TYPE; ..." with s string, b bytes, i integer, d double, t bool, * repeated,
# an enum of ENUMS, or a message.
TABLES = """
ID: 1 value s
ContainerID: 1 value s; 2 parent ContainerID
AgentCall: 1 type i; 2 get_metrics GetMetrics; 5 read_file ReadFile; 20 get_containers GetContainers
GetMetrics: 1 timeout Duration
ReadFile: 1 path s; 2 offset i; 3 length i
GetContainers: 1 show_nested t; 2 show_standalone t
AgentResponse: 1 type i; 2 get_health Health; 5 get_metrics Metrics; 8 read_file FilePart; 9 get_state
  AgentState; 10 get_containers Containers; 11 get_frameworks Frameworks; 12 get_executors Executors;
  13 get_tasks Tasks; 15 get_agent Agent
Health: 1 healthy t
Metrics: 1 metrics *Metric
Metric: 1 name s; 2 value d
FilePart: 1 size i; 2 data b
AgentState: 1 get_tasks Tasks; 2 get_executors Executors; 3 get_frameworks Frameworks
Tasks: 1 pending_tasks *Task; 2 queued_tasks *Task; 3 launched_tasks *Task; 4 terminated_tasks *Task; 5
  completed_tasks *Task
Executors: 1 executors *Executor; 2 completed_executors *Executor
Executor: 1 executor_info ExecutorInfo
Frameworks: 1 frameworks *Framework; 2 completed_frameworks *Framework
Framework: 1 framework_info FrameworkInfo
Containers: 1 containers *Container
Container: 1 framework_id ID; 2 executor_id ID; 3 executor_name s; 4 container_id ContainerID; 5
  container_status ContainerStatus
Agent: 1 agent_info AgentInfo
AgentInfo: 1 hostname s; 3 resources *Resource; 5 attributes *Attribute; 6 id ID; 8 port i
Call: 1 framework_id ID; 2 type CallType; 3 subscribe Subscribe; 4 accept Accept; 5 decline Decline;
  6 kill Kill; 7 shutdown Shutdown; 8 acknowledge Acknowledge; 9 reconcile Reconcile; 10 message
  Message; 11 request Request; 13 accept_inverse_offers InverseAnswer; 14 decline_inverse_offers
  InverseAnswer; 15 revive Roles; 16 suppress Roles; 18 reconcile_operations ReconcileOperations
Subscribe: 1 framework_info FrameworkInfo; 2 suppressed_roles *s
Accept: 1 offer_ids *ID; 2 operations *Operation; 3 filters Filters
Decline: 1 offer_ids *ID; 2 filters Filters
InverseAnswer: 1 inverse_offer_ids *ID; 2 filters Filters
Filters: 1 refuse_seconds d
Kill: 1 task_id ID; 2 agent_id ID; 3 kill_policy KillPolicy
KillPolicy: 1 grace_period Duration
Duration: 1 nanoseconds i
Shutdown: 1 executor_id ID; 2 agent_id ID
Acknowledge: 1 agent_id ID; 2 task_id ID; 3 uuid b
Reconcile: 1 tasks *ReconcileTask
ReconcileTask: 1 task_id ID; 2 agent_id ID
ReconcileOperations: 1 operations *ReconcileOperation
ReconcileOperation: 1 operation_id ID; 2 agent_id ID; 3 resource_provider_id ID
Message: 1 agent_id ID; 2 executor_id ID; 3 data b
Request: 1 requests *ResourceRequest
ResourceRequest: 1 agent_id ID; 2 resources *Resource
Roles: 1 roles *s
Event: 1 type EventType; 2 subscribed Subscribed; 3 offers Offers; 4 rescind Rescind; 5 update
  Update; 6 message Message; 7 failure Failure; 8 error Error; 9 inverse_offers InverseOffers; 10
  rescind_inverse_offer RescindInverseOffer
Subscribed: 1 framework_id ID; 2 heartbeat_interval_seconds d; 3 master_info MasterInfo
Offers: 1 offers *Offer
Rescind: 1 offer_id ID
InverseOffers: 1 inverse_offers *InverseOffer
InverseOffer: 1 id ID; 2 url URL; 3 framework_id ID; 4 agent_id ID; 5 unavailability
  Unavailability; 6 resources *Resource
Unavailability: 1 start Duration; 2 duration Duration
RescindInverseOffer: 1 inverse_offer_id ID
Update: 1 status TaskStatus
Failure: 1 agent_id ID; 2 executor_id ID; 3 status i
Error: 1 message s
Address: 1 hostname s; 2 ip s; 3 port i
URL: 1 scheme s; 2 address Address; 3 path s
MasterInfo: 1 id s; 2 ip i; 3 port i; 4 pid s; 5 hostname s; 6 version s; 7 address Address; 9
  capabilities *MasterCapability
MasterCapability: 1 type MasterCapabilityType
FrameworkInfo: 1 user s; 2 name s; 3 id ID; 4 failover_timeout d; 5 checkpoint t; 6 role s; 7
  hostname s; 8 principal s; 9 webui_url s; 10 capabilities *FrameworkCapability; 11 labels Labels;
  12 roles *s
FrameworkCapability: 1 type FrameworkCapabilityType
Labels: 1 labels *Label
Label: 1 key s; 2 value s
CommandInfo: 1 uris *URI; 2 environment Environment; 3 value s; 5 user s; 6 shell t; 7 arguments *s
URI: 1 value s; 2 executable t; 3 extract t; 4 cache t; 5 output_file s
Environment: 1 variables *Variable
Variable: 1 name s; 2 value s; 3 type VariableType
ExecutorInfo: 1 executor_id ID; 4 data b; 5 resources *Resource; 7 command CommandInfo; 8
  framework_id ID; 9 name s; 10 source s; 13 shutdown_grace_period Duration; 14 labels Labels; 15
  type ExecutorType
Scalar: 1 value d
Range: 1 begin i; 2 end i
Ranges: 1 range *Range
Set: 1 item *s
Text: 1 value s
Attribute: 1 name s; 2 type ValueType; 3 scalar Scalar; 4 ranges Ranges; 5 text Text; 6 set Set
Resource: 1 name s; 2 type ValueType; 3 scalar Scalar; 4 ranges Ranges; 5 set Set; 6 role s; 8
  reservation Reservation; 11 allocation_info Allocation; 13 reservations *Reservation
Allocation: 1 role s
Reservation: 1 principal s; 2 labels Labels; 3 role s; 4 type ReservationType
Offer: 1 id ID; 2 framework_id ID; 3 agent_id ID; 4 hostname s; 5 resources *Resource; 6
  executor_ids *ID; 7 attributes *Attribute; 8 url URL; 9 unavailability Unavailability; 10
  allocation_info Allocation
Operation: 1 type OperationType; 2 launch Launch; 7 launch_group LaunchGroup; 12 id ID
Launch: 1 task_infos *TaskInfo
LaunchGroup: 1 executor ExecutorInfo; 2 task_group TaskGroup
TaskGroup: 1 tasks *TaskInfo
TaskInfo: 1 name s; 2 task_id ID; 3 agent_id ID; 4 resources *Resource; 5 executor ExecutorInfo; 6
  data b; 7 command CommandInfo; 10 labels Labels; 12 kill_policy KillPolicy; 14 max_completion_time
  Duration
TaskStatus: 1 task_id ID; 2 state TaskState; 3 data b; 4 message s; 5 agent_id ID; 6 timestamp d; 7
  executor_id ID; 8 healthy t; 9 source Source; 10 reason Reason; 11 uuid b; 12 labels Labels; 13
  container_status ContainerStatus
ContainerStatus: 1 network_infos *NetworkInfo; 3 executor_pid i; 4 container_id ContainerID
NetworkInfo: 3 groups *s; 4 labels Labels; 5 ip_addresses *IPAddress; 6 name s
IPAddress: 1 protocol Protocol; 2 ip_address s
AgentInfo: 1 hostname s; 3 resources *Resource; 5 attributes *Attribute; 6 id ID; 8 port i
ExecutorCall: 1 executor_id ID; 2 framework_id ID; 3 type ExecutorCallType; 4 subscribe
  ExecutorSubscribe; 5 update Update; 6 message ExecutorCallMessage
ExecutorSubscribe: 1 unacknowledged_tasks *TaskInfo; 2 unacknowledged_updates *Update
ExecutorCallMessage: 2 data b
ExecutorEvent: 1 type ExecutorEventType; 2 subscribed ExecutorSubscribed; 3 acknowledged
  Acknowledged; 4 launch ExecutorLaunch; 5 kill Kill2; 6 message ExecutorEventMessage; 7 error
  Error; 8 launch_group ExecutorLaunchGroup
ExecutorSubscribed: 1 executor_info ExecutorInfo; 2 framework_info FrameworkInfo; 3 agent_info
  AgentInfo; 4 container_id ContainerID
Acknowledged: 1 task_id ID; 2 uuid b
ExecutorLaunch: 1 task TaskInfo
ExecutorLaunchGroup: 1 task_group TaskGroup
Kill2: 1 task_id ID; 2 kill_policy KillPolicy
ExecutorEventMessage: 1 data b
OperatorResponse: 1 type OperatorResponseType; 9 get_state GetState; 10 get_agents GetAgents; 11
  get_frameworks GetFrameworks; 12 get_executors GetExecutors; 13 get_tasks GetTasks
GetState: 1 get_tasks GetTasks; 2 get_executors GetExecutors; 3 get_frameworks GetFrameworks; 4
  get_agents GetAgents
GetTasks: 1 pending_tasks *Task; 2 tasks *Task; 3 completed_tasks *Task; 5 unreachable_tasks *Task
Task: 1 name s; 2 task_id ID; 3 framework_id ID; 4 executor_id ID; 5 agent_id ID; 6 state TaskState;
  7 resources *Resource; 8 statuses *TaskStatus; 9 status_update_state TaskState; 10
  status_update_uuid b; 11 labels Labels
GetExecutors: 1 executors *OperatorExecutor
OperatorExecutor: 1 executor_info ExecutorInfo; 2 agent_id ID
GetFrameworks: 1 frameworks *OperatorFramework; 2 completed_frameworks *OperatorFramework
OperatorFramework: 1 framework_info FrameworkInfo; 2 active t; 3 connected t; 4 registered_time
  Duration; 5 reregistered_time Duration; 6 unregistered_time Duration; 7 offers *Offer; 9
  allocated_resources *Resource; 10 offered_resources *Resource; 11 recovered t
GetAgents: 1 agents *OperatorAgent; 2 recovered_agents *AgentInfo
OperatorAgent: 1 agent_info AgentInfo; 2 active t; 3 version s; 4 pid s; 5 registered_time Duration;
  6 reregistered_time Duration; 7 total_resources *Resource; 8 allocated_resources *Resource; 9
  offered_resources *Resource; 10 capabilities *AgentCapability
AgentCapability: 1 type AgentCapabilityType
OperatorEvent: 1 type OperatorEventType; 2 subscribed OperatorSubscribed; 3 task_added TaskAdded; 4
  task_updated TaskUpdated; 5 agent_added AgentAdded; 6 agent_removed AgentRemoved; 7
  framework_added FrameworkAdded; 8 framework_updated FrameworkAdded; 9 framework_removed
  FrameworkRemoved
OperatorSubscribed: 1 get_state GetState; 2 heartbeat_interval_seconds d
TaskAdded: 1 task Task
TaskUpdated: 1 framework_id ID; 2 status TaskStatus; 3 state TaskState
AgentAdded: 1 agent OperatorAgent
AgentRemoved: 1 agent_id ID
FrameworkAdded: 1 framework OperatorFramework
FrameworkRemoved: 1 framework_info FrameworkInfo
"""
ENUM_TABLES = """
CallType: UNKNOWN=0 SUBSCRIBE=1 TEARDOWN=2 ACCEPT=3 DECLINE=4 REVIVE=5 KILL=6 SHUTDOWN=7
  ACKNOWLEDGE=8 RECONCILE=9 MESSAGE=10 REQUEST=11 SUPPRESS=12 ACCEPT_INVERSE_OFFERS=13
  DECLINE_INVERSE_OFFERS=14 ACKNOWLEDGE_OPERATION_STATUS=15 RECONCILE_OPERATIONS=16
EventType: UNKNOWN=0 SUBSCRIBED=1 OFFERS=2 RESCIND=3 UPDATE=4 MESSAGE=5 FAILURE=6 ERROR=7
  HEARTBEAT=8 INVERSE_OFFERS=9 RESCIND_INVERSE_OFFER=10 UPDATE_OPERATION_STATUS=11
MasterCapabilityType: UNKNOWN=0 AGENT_UPDATE=1
FrameworkCapabilityType: UNKNOWN=0 REVOCABLE_RESOURCES=1 TASK_KILLING_STATE=2 GPU_RESOURCES=3
  SHARED_RESOURCES=4 PARTITION_AWARE=5 MULTI_ROLE=6 RESERVATION_REFINEMENT=7 REGION_AWARE=8
VariableType: UNKNOWN=0 VALUE=1 SECRET=2
ExecutorType: UNKNOWN=0 DEFAULT=1 CUSTOM=2
ValueType: SCALAR=0 RANGES=1 SET=2 TEXT=3
ReservationType: UNKNOWN=0 STATIC=1 DYNAMIC=2
OperationType: UNKNOWN=0 LAUNCH=1 RESERVE=2 UNRESERVE=3 CREATE=4 DESTROY=5 LAUNCH_GROUP=6
TaskState: TASK_STAGING=6 TASK_STARTING=0 TASK_RUNNING=1 TASK_KILLING=8 TASK_FINISHED=2
  TASK_FAILED=3 TASK_KILLED=4 TASK_ERROR=7 TASK_LOST=5 TASK_DROPPED=9 TASK_UNREACHABLE=10
  TASK_GONE=11 TASK_GONE_BY_OPERATOR=12 TASK_UNKNOWN=13
Source: SOURCE_MASTER=0 SOURCE_AGENT=1 SOURCE_EXECUTOR=2
Reason: REASON_COMMAND_EXECUTOR_FAILED=0 REASON_EXECUTOR_TERMINATED=1 REASON_FRAMEWORK_REMOVED=3
  REASON_INVALID_OFFERS=6 REASON_RECONCILIATION=9 REASON_AGENT_REMOVED=11 REASON_AGENT_RESTARTED=12
  REASON_TASK_INVALID=14 REASON_TASK_UNAUTHORIZED=15 REASON_CONTAINER_LAUNCH_FAILED=21
  REASON_TASK_KILLED_DURING_LAUNCH=30 REASON_AGENT_REREGISTERED=32
Protocol: IPv4=1 IPv6=2
ExecutorCallType: UNKNOWN=0 SUBSCRIBE=1 UPDATE=2 MESSAGE=3
ExecutorEventType: UNKNOWN=0 SUBSCRIBED=1 LAUNCH=2 KILL=3 ACKNOWLEDGED=4 MESSAGE=5 ERROR=6
  SHUTDOWN=7 LAUNCH_GROUP=8
OperatorResponseType: UNKNOWN=0 GET_STATE=8 GET_AGENTS=9 GET_FRAMEWORKS=10 GET_EXECUTORS=11
  GET_TASKS=12
OperatorEventType: UNKNOWN=0 SUBSCRIBED=1 TASK_ADDED=2 TASK_UPDATED=3 AGENT_ADDED=4 AGENT_REMOVED=5
  FRAMEWORK_ADDED=6 FRAMEWORK_UPDATED=7 FRAMEWORK_REMOVED=8 HEARTBEAT=9
AgentCapabilityType: UNKNOWN=0 MULTI_ROLE=1 HIERARCHICAL_ROLE=2 RESERVATION_REFINEMENT=3
  RESOURCE_PROVIDER=4 RESIZE_VOLUME=5 AGENT_OPERATION_FEEDBACK=6 AGENT_DRAINING=7
  TASK_RESOURCE_LIMITS=8
"""


def _lines(text):
    return (line.split(": ", 1) for line in text.strip().replace("\n  ", " ").splitlines())


ENUMS = {name: {pair.split("=")[0]: int(pair.split("=")[1]) for pair in rest.split()}
         for name, rest in _lines(ENUM_TABLES)}
MESSAGES = {name: {int(row.split()[0]): (row.split()[1], row.split()[2].lstrip("*"), "*" in row)
                   for row in rest.split(";")} for name, rest in _lines(TABLES)}


def _varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out) + bytes([value])


def _encode_value(number, kind, value):
    if kind == "d":
        return _varint(number << 3 | 1) + struct.pack("<d", value)
    if kind in "it" or kind in ENUMS:
        return _varint(number << 3) + _varint(int(ENUMS[kind][value] if kind in ENUMS else value))
    data = {"s": lambda: value.encode(), "b": lambda: base64.b64decode(value)}.get(
        kind, lambda: encode(kind, value))()
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def encode(message, value):
    """The wire form of a dict; a field that the tables lack is an error."""
    numbers = {row[0]: (number,) + row[1:] for number, row in MESSAGES[message].items()}
    unknown = set(value) - set(numbers)
    assert not unknown, "%s has no field %s" % (message, unknown)
    out = b""
    for name, each in value.items():
        number, kind, repeated = numbers[name]
        for one in each if repeated else [each]:
            out += _encode_value(number, kind, one)
    return out


def _read_varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            return value, at


def _read_field(data, at):
    key, at = _read_varint(data, at)
    if key & 7 == 0:
        value, at = _read_varint(data, at)
    elif key & 7 == 1:
        value, at = data[at:at + 8], at + 8
    elif key & 7 == 2:
        size, at = _read_varint(data, at)
        assert at + size <= len(data), "a field is longer than its message"
        value, at = data[at:at + size], at + size
    else:
        raise AssertionError("wire type %d of field %d" % (key & 7, key >> 3))
    return key >> 3, value, at


def _decode_value(kind, value):
    if kind == "d":
        return struct.unpack("<d", value)[0]
    if kind == "i":
        return value - (1 << 64) if value >> 63 else value
    if kind == "t":
        return bool(value)
    if kind in ENUMS:
        return {number: name for name, number in ENUMS[kind].items()}.get(value, value)
    if kind == "s":
        return value.decode()
    return base64.b64encode(value).decode() if kind == "b" else decode(kind, value)


def decode(message, data):
    """The dict of a wire form."""
    result, at = {}, 0
    while at < len(data):
        number, raw, at = _read_field(data, at)
        if number not in MESSAGES[message]:
            continue
        name, kind, repeated = MESSAGES[message][number]
        value = _decode_value(kind, raw)
        if repeated:
            result.setdefault(name, []).append(value)
        else:
            result[name] = value
    return result
