/// Where the agent's memory lies on disk, and how a file's content is coded.
///
///   boot_id                                       text
///   resources/resources.info                      reservations and volumes (CheckpointResources)
///   resources/resources.target                    the same as they shall be, while volumes change
///   slaves/latest                                 id of the agent that this directory belongs to
///   slaves/<id>/slave.info                        AgentInfo
///   …/frameworks/<fw>/framework.info              FrameworkInfo
///   …/executors/<ex>/executor.info                ExecutorInfo
///   …/runs/<container>/executor.sentinel          the executor has ended
///   …/runs/<container>/http.marker                it has subscribed
///   …/runs/<container>/tasks/<task>/task.info     TaskInfo
///   …/runs/<container>/tasks/<task>/task.killed   KillPolicy of a kill under way
///   …/runs/<container>/tasks/<task>/task.updates  updates and acknowledgements, appended
///
/// A record is: length of the payload and CRC-32 of the payload (4 bytes each, little-endian),
/// payload. A crash can tear only the end of an appended file: reading stops at the first record
/// that is not whole and says how many bytes were good.
#pragma once

#include "agent/keys.hpp"

#include <google/protobuf/message_lite.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::agent {

/// Paths relative to the meta directory. Ids have passed `check_id`, so each is one path component.
namespace meta {

inline const std::string boot_id = "boot_id";
inline const std::string latest = "slaves/latest";
inline const std::string resources = "resources/resources.info";
inline const std::string resources_target = "resources/resources.target";

std::string agent_dir(const agent_id& agent);
std::string agent_info(const agent_id& agent);
std::string framework_dir(const agent_id& agent, const framework_id& framework);
std::string framework_info(const agent_id& agent, const framework_id& framework);
std::string executor_dir(const agent_id& agent, const executor_key& executor);
std::string executor_info(const agent_id& agent, const executor_key& executor);
std::string run_dir(const agent_id& agent, const executor_key& executor, const container_id& run);

} // namespace meta

/// The sandbox of an executor, absolute.
std::string sandbox_path(std::string_view work_dir, const agent_id& agent,
                         const executor_key& executor, const container_id& run);

/// CRC-32 as of zlib and Ethernet (reflected polynomial 0xEDB88320).
std::uint32_t crc32(std::string_view bytes);

/// One record.
std::string encode_record(std::string_view payload);
std::string encode_record(const google::protobuf::MessageLite& message);

struct record_list {
  std::vector<std::string_view> records; ///< into the bytes read
  std::size_t good_bytes = 0;            ///< less than the file's size: its end is torn
};
record_list decode_records(std::string_view bytes);

/// A record of `task.updates`: one byte that tells which, then the message (an update) or the UUID
/// (an acknowledgement).
enum class update_record : char { update = 'u', acknowledgement = 'a' };
std::string encode_update(const google::protobuf::MessageLite& status);
std::string encode_acknowledgement(std::string_view uuid);

} // namespace troupe::agent
