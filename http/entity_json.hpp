/// The v0 endpoints' JSON of one agent, framework, task, executor or offer: pure rendering, shared by the
/// master's and the agent's endpoints. Keys keep the older wire words ("slave").
#pragma once

#include "model/resources.hpp"
#include "protocol/state_delta.hpp"

#include <mesos/v1/mesos.pb.h>

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::http {

class json_object;

/// `version`, `build_date`, `build_time`, `build_user`, as `/version` and `/state` begin.
void append_build_info(json_object& object);

/// The name under which a resource is shown: revocable ones under `<name>_revocable`.
std::string shown_name(const resource& item);

/// Resources by shown name, whoever reserved them.
class flat_resources {
 public:
  void add(std::string_view name, quantity amount);
  void add(const resources& value);

  /// Always cpus, gpus, mem, disk; ranges and sets as text.
  void append_to(std::string& out) const;

 private:
  std::array<quantity, 4> usual_{}; ///< cpus, gpus, mem, disk: of nearly every resource
  std::map<std::string, quantity, std::less<>> scalars_;
  std::map<std::string, resources> others_; ///< ranges and sets
};

/// A flat resource object: always cpus, gpus, mem, disk; ranges and sets as text; revocable ones under
/// `<name>_revocable`.
void append_res(std::string& out, const resources& value);
void append_res_of(std::string& out,
                   const google::protobuf::RepeatedPtrField<mesos::v1::Resource>& list);

/// Each resource as protobuf JSON in the endpoint format.
void append_full_resources(std::string& out, const resources& value);

/// `resources` .. `unreserved_resources` of an agent object, from its total.
void append_reservations(json_object& object, const resources& total);

void append_attributes(std::string& out, const mesos::v1::AgentInfo& info);

/// `[{"key":…,"value":…}]`.
void append_labels(std::string& out, const mesos::v1::Labels& labels);

void append_task(std::string& out, const mesos::v1::Task& task);

/// The members of an executor object, without braces' end: the caller may add more.
void append_executor_members(json_object& object, const mesos::v1::ExecutorInfo& executor,
                             const std::string& framework);

void append_offer(std::string& out, const mesos::v1::Offer& offer);

/// `roles` or `role`, whichever the framework uses.
void append_roles(json_object& object, const mesos::v1::FrameworkInfo& info);

bool has_capability(const mesos::v1::FrameworkInfo& info,
                    mesos::v1::FrameworkInfo::Capability::Type type);

/// Microseconds are kept, as the API prints times.
double seconds_of(wall_time time);

} // namespace troupe::http
