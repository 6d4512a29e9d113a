/// One event being handled: the books it changes, the moment, and the effects so far.
#pragma once

#include "master/books.hpp"

#include <string>
#include <utility>

namespace mesos::v1 {
class TaskStatus;
}

namespace troupe::master {

struct turn {
  books& book;
  const core_config& config;
  instant now;
  effects& out;

  /// To the framework's stream; nothing when it is disconnected. Counts per framework too.
  void tell(framework_entry& framework, mesos::v1::scheduler::Event event);
  void tell(framework_entry& framework, scheduler_event_ptr event);
  /// To an agent; nothing when it is disconnected.
  void tell(const agent_entry& agent, link::ToAgent record);
  void tell(const agent_entry& agent, to_agent_ptr record);
  /// To an agent's link, known or not.
  void tell_link(link_id id, link::ToAgent record);
  void tell_allocator(allocator_message message);
  /// Parts travel together unless the allocator is told something else between them.
  void tell_allocator(recover_resources part);
  void close(endpoint_id endpoint, std::string reason);
  void close_link(link_id id, std::string reason);

  /// Part of the delta stream.
  void changed(state_change change);
  void framework_changed(const framework_entry& framework);
  void agent_changed(const agent_entry& agent);
  /// The master's own view: its counts or its role changed.
  void master_changed();

  /// Asks for a change of the registry; `change` is taken up again once it is stored.
  void store(registry_operation operation, pending_change change);

  void count(counter which, double by = 1) { book.counters.add(which, by); }
  /// A gauge below `master/frameworks/<name>/<id>/`.
  void gauge(const framework_entry& framework, std::string_view key, double value);

  void info(std::string_view message, log_fields fields = {});
  void warning(std::string_view message, log_fields fields = {});
  void error(std::string_view message, log_fields fields = {});

  /// Wall time as statuses carry it: seconds since the epoch.
  double timestamp() const { return to_seconds(now.wall); }

 private:
  void log(log_level level, std::string_view message, log_fields fields);
};

/// `master/frameworks/<url-encoded name>/<id>/`, the place of a framework's own metrics.
std::string metric_prefix(const mesos::v1::FrameworkInfo& info, const framework_id& id);

} // namespace troupe::master
