/// A framework with a mind of its own: takes offers and declines them, launches small tasks, kills some,
/// forgets to acknowledge, breaks off and comes back. Its list of tasks survives its crashes.
#pragma once

#include "checkers.hpp"
#include "scheduler_port.hpp"
#include "sim_master.hpp"

namespace troupe::simulation {

/// What a framework is like, for as long as it lives.
struct framework_nature {
  std::string role = "*";
  bool multi_role = false;
  bool partition_aware = false;
  bool checkpoint = true;
  bool killing_state = false;
  double failover_timeout = 0; ///< seconds
  double appetite = 0.6;       ///< part of the offers that it takes
  unsigned most_tasks = 100;   ///< over its life
};

class sim_framework {
 public:
  sim_framework(stage& where, checkers& judges, sim_master& master, dice chance,
                framework_number number, framework_nature nature);

  void start();

  /// The stream breaks; it subscribes again after `pause`.
  void disconnect(duration pause);
  /// So it does after a crash, which costs it what it had in memory.
  void crash(duration pause);
  /// A second process subscribes while the first is connected.
  void take_over();
  /// Says good-bye; a new framework takes its place.
  void tear_down();
  void master_gone();

  /// Launches nothing more and does all its duties at once.
  void calm_down();
  bool is_done() const;
  /// The end of the run.
  void stop();

  const std::string& id() const { return id_; }

 private:
  using call = mesos::v1::scheduler::Call;
  using event = mesos::v1::scheduler::Event;
  using offer = mesos::v1::Offer;

  struct task {
    std::string agent;
    mesos::v1::TaskState state = mesos::v1::TASK_STAGING;
    bool kill_wanted = false;
    bool over() const;
  };

  framework_face face() const;
  mesos::v1::FrameworkInfo info() const;
  std::string name() const { return "framework " + std::to_string(number_); }

  // The stream.
  void subscribe();
  void subscribe_later(duration pause);
  void drop_stream();
  void subscribe_answered(unsigned stream, const api_answer& answer);
  void at_the_door(unsigned stream, const scheduler_event_ptr& happened);
  void stream_closed(unsigned stream);
  void begin_anew();
  /// Hands the call to the master some time later, if the stream lives until then.
  void say(call what);
  call make(call::Type type) const;

  // What it hears, after the way through the network.
  void hear(const event& happened);
  void hear_update(const mesos::v1::TaskStatus& status);
  void acknowledge(const mesos::v1::TaskStatus& status);

  // sim_offers.cpp: what it makes of offers.
  void consider(const offer& which);
  void decline(const offer& which);
  void accept(const offer& which);
  void answer_inverse_offer(const std::string& id);
  mesos::v1::Filters some_filter();
  std::optional<mesos::v1::TaskInfo>
  make_task(google::protobuf::RepeatedPtrField<mesos::v1::Resource>& left,
            const std::string& agent);

  // What it does of itself.
  void think();
  void reconcile(bool all);
  void kill(const std::string& which);

  stage& stage_;
  checkers& checkers_;
  sim_master& master_;
  dice dice_;
  framework_number number_;
  framework_nature nature_;
  bool calm_ = false;
  bool stopped_ = false;
  bool suppressed_ = false;
  unsigned life_ = 0; ///< frameworks that it has been
  unsigned launched_ = 0;
  std::string id_;

  unsigned stream_ = 0; ///< number of the present one
  bool established_ = false;
  scheduler_port_actor port_;
  std::string stream_id_;
  duration last_event_{}; ///< arrival of the newest event
  unsigned plans_ = 0;    ///< the newest planned subscription counts

  std::map<std::string, offer> offers_;
  std::map<std::string, task> tasks_;
  std::optional<call> last_acknowledgement_;
};

} // namespace troupe::simulation
