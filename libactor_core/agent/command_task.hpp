/// The life of a command task inside the built-in executor, without actors.
///
///   waiting ──launch──▶ launching ──started──▶ running ──kill──▶ killing
///      │                  │ │ └──────kill (destroys at once)───────▲ │
///      │                  │ │                  │ exited              │ exited
///      │ exited: never    │ │ exited: the      ▼                     ▼
///      │ launched         │ │ agent reports  reporting ◀─────────────┘
///      ▼                  ▼ ▼                  │ acknowledged, or 60 s
///     done ◀──────────────────────────────────┘
///
/// After an agent restart it starts in `launching`, `running` or `killing`, by what was reported
/// before.
#pragma once

#include "agent/effects.hpp"
#include "agent/moment.hpp"
#include "agent/random_source.hpp"

#include <mesos/v1/mesos.pb.h>

#include <optional>
#include <variant>
#include <vector>

namespace troupe::agent {

enum class command_phase { waiting, launching, running, killing, reporting, done };
enum class command_step {
  launch,
  started,
  kill,
  exited,    ///< it ran and ended: this executor reports
  abandoned, ///< it never ran, or its end is the agent's to explain
  acknowledged
};

constexpr command_phase next(command_phase phase, command_step step) {
  using enum command_phase;
  switch (step) {
  case command_step::launch:
    return phase == waiting ? launching : phase;
  case command_step::started:
    return phase == launching ? running : phase;
  case command_step::kill:
    return phase == launching || phase == running ? killing : phase;
  case command_step::exited:
    return phase == launching || phase == running || phase == killing ? reporting : phase;
  case command_step::abandoned:
    return done;
  case command_step::acknowledged:
    return phase == reporting ? done : phase;
  }
  return phase;
}

namespace command_effect {
/// Send UPDATE to the agent.
struct update {
  mesos::v1::TaskStatus status;
};
struct launch {};
struct signal {
  int number = 0;
};
struct destroy {};
/// Tell the agent how the container ended, and end.
struct finish {
  container_exited exit;
};
} // namespace command_effect

using any_command_effect =
    std::variant<command_effect::update, command_effect::launch, command_effect::signal,
                 command_effect::destroy, command_effect::finish>;
using command_effects = std::vector<any_command_effect>;

class command_task {
 public:
  /// Grace of a kill when neither the kill nor the task names one.
  static constexpr std::chrono::nanoseconds default_grace = std::chrono::seconds{3};
  /// How long the acknowledgement of the terminal update is waited for.
  static constexpr std::chrono::nanoseconds report_wait = std::chrono::seconds{60};

  /// `run.resumed` decides where it starts.
  explicit command_task(shared<command_run> run);

  command_effects launch(const mesos::v1::TaskInfo& task, moment now);
  command_effects kill(const mesos::v1::KillPolicy* policy, moment now);
  command_effects shut_down(moment now);
  /// Also said after a restart, of a container that still runs: an interrupted kill goes on then.
  command_effects started(moment now);
  command_effects exited(const container_exited& event, moment now);
  command_effects acknowledged(const std::string& uuid, moment now);
  command_effects tick(moment now);
  std::optional<steady_time> next_deadline() const;

  command_phase phase() const { return phase_; }
  /// The task it runs; null before `launch`.
  const mesos::v1::TaskInfo* task() const { return task_.get(); }

 private:
  std::chrono::nanoseconds own_grace() const;
  void begin_kill(std::chrono::nanoseconds grace, bool report, moment now);
  void limit_time(moment now);
  void destroy();
  mesos::v1::TaskStatus make_status(mesos::v1::TaskState state, moment now);
  void report_end(const container_exited& event, moment now);
  void finish();
  template <class T>
  void emit(T effect) {
    out_.push_back(std::move(effect));
  }
  command_effects take() { return std::exchange(out_, {}); }

  shared<command_run> run_;
  random_source random_;
  command_phase phase_ = command_phase::waiting;
  task_info_ptr task_;
  bool killed_ = false;   ///< by KILL or SHUTDOWN
  bool too_long_ = false; ///< by max_completion_time
  bool shutting_down_ = false;
  bool running_reported_ = false;
  bool destroying_ = false;
  steady_time kill_began_{};
  std::optional<steady_time> kill_at_;       ///< SIGKILL
  std::optional<steady_time> completion_at_; ///< max_completion_time
  std::optional<steady_time> give_up_at_;    ///< waiting for the last acknowledgement
  std::string last_uuid_;                    ///< of the terminal update
  container_exited exit_;
  command_effects out_;
};

/// "exited with status 3", "terminated with signal Killed": how a raw wait status reads.
std::string describe_wait_status(int status);

} // namespace troupe::agent
