/// Starts containers without namespaces or cgroups, ends them, and finds them again.
///
///   launch ──▶ [init waits] ──let_go──▶ report: started ──▶ [command runs] ──▶ init ends, status file
///     │              └─ go closed: init leaves without a word
///     └─ pid file written before launch returns
///
/// Plain blocking calls, each about a millisecond or less; the launcher actor runs them on a thread of its
/// own. Waiting for the report and for the end is the caller's, with poll or epoll on the descriptors.
#pragma once

#include "isolators/container_record.hpp"
#include "isolators/launch_spec.hpp"
#include "isolators/process.hpp"

#include <optional>
#include <string>
#include <variant>

namespace troupe::isolators {

/// A `troupe-init` that waits for the go-ahead. Dropping `go` ends it.
struct launched_process {
  process_identity identity;
  file_descriptor process; ///< readable once init has ended
  file_descriptor go;      ///< see let_go
  file_descriptor report;  ///< readable once the command was started, or failed to; never blocks
};

/// Start init. The agent is never forked: the child shares its memory until it executes. The pid is on
/// record when this returns.
[[nodiscard]] outcome<launched_process> launch(const std::string& init_binary,
                                               const launch_spec& spec);

/// Give the go-ahead. Fails when init has ended meanwhile; `read_report` may say why.
[[nodiscard]] std::optional<failure> let_go(launched_process& process);

/// Nothing has been said yet.
struct no_report {};
/// Init died before it could say anything.
struct init_died {};
using start_report = std::variant<no_report, init::report, init_died>;

/// What init has said so far. Never blocks.
[[nodiscard]] start_report read_report(const file_descriptor& report);

/// Ask init to send a signal to every process of the container. Fails when init has ended.
[[nodiscard]] std::optional<failure> signal_all(const file_descriptor& process, int signal);

/// Ask init to kill everything and end. Fails when init has ended. An init that does not react (stopped,
/// hung) needs `kill_tree`.
[[nodiscard]] std::optional<failure> request_destroy(const file_descriptor& process);

/// After init has ended: the command's raw wait status, from init's record. Without a record init was
/// killed: what it left is killed, too, and the end recorded as SIGKILL. `directory` is the runtime one.
[[nodiscard]] outcome<int> settle(const process_identity& identity, const std::string& directory);

/// A container of a former agent: `process` is empty when it has ended.
struct recovered_container {
  container_record record;
  file_descriptor process;
};

/// Find what a former agent left, checked against reused pids and a reboot.
[[nodiscard]] outcome<std::vector<recovered_container>> recover(const std::string& runtime_dir);

} // namespace troupe::isolators
