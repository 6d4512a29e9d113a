#include "master/turn.hpp"

#include "master/views.hpp"

#include <mesos/v1/mesos.pb.h>
#include <mesos/v1/scheduler.pb.h>
#include <troupe/link.pb.h>

#include <cctype>

namespace troupe::master {

namespace {

std::string url_encode(const std::string& text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string result;
  for (unsigned char c : text) {
    if (std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == '~') {
      result += static_cast<char>(c);
    } else {
      result += '%';
      result += digits[c >> 4];
      result += digits[c & 15];
    }
  }
  return result;
}

} // namespace

void turn::tell(framework_entry& framework, mesos::v1::scheduler::Event event) {
  if (framework.connected())
    tell(framework, std::make_shared<const mesos::v1::scheduler::Event>(std::move(event)));
}

void turn::tell(framework_entry& framework, scheduler_event_ptr event) {
  if (!framework.connected())
    return;
  framework.counts.event(event->type());
  out.push_back(effect::send_event{framework.endpoint, std::move(event)});
}

void turn::tell(const agent_entry& agent, link::ToAgent record) {
  if (agent.connected())
    tell_link(agent.link, std::move(record));
}

void turn::tell(const agent_entry& agent, to_agent_ptr record) {
  if (agent.connected())
    out.push_back(effect::send_agent{agent.link, std::move(record)});
}

void turn::tell_link(link_id id, link::ToAgent record) {
  out.push_back(effect::send_agent{id, std::make_shared<const link::ToAgent>(std::move(record))});
}

void turn::tell_allocator(allocator_message message) {
  out.push_back(effect::tell_allocator{std::move(message)});
}

void turn::tell_allocator(recover_resources part) {
  auto last = std::find_if(out.rbegin(), out.rend(), [](const any_effect& x) {
    return std::holds_alternative<effect::tell_allocator>(x) ||
           std::holds_alternative<effect::ask_allocator>(x);
  });
  auto* told = last == out.rend() ? nullptr : std::get_if<effect::tell_allocator>(&*last);
  auto* same = told == nullptr ? nullptr : std::get_if<recover_together>(&told->message);
  if (same != nullptr)
    same->parts.push_back(std::move(part));
  else
    tell_allocator(recover_together{{std::move(part)}});
}

void turn::close(endpoint_id endpoint, std::string reason) {
  book.endpoints.erase(endpoint);
  out.push_back(effect::close_endpoint{endpoint, std::move(reason)});
}

void turn::close_link(link_id id, std::string reason) {
  if (book.links.erase(id) != 0)
    out.push_back(effect::close_link{id, std::move(reason)});
}

void turn::changed(state_change change) {
  out.push_back(effect::change_state{std::move(change)});
}

void turn::framework_changed(const framework_entry& framework) {
  gauge(framework, "subscribed", framework.connected() ? 1 : 0);
  changed(delta::framework_changed{view_of(framework)});
}

void turn::agent_changed(const agent_entry& agent) {
  changed(delta::agent_changed{view_of(agent)});
}

void turn::master_changed() {
  changed(delta::master_changed{view_of(book, config)});
}

void turn::store(registry_operation operation, pending_change change) {
  auto id = book.next_store++;
  auto agent = std::visit([](const auto& x) { return x.agent; }, change);
  book.busy_agents.try_emplace(agent);
  if (const auto* step = std::get_if<admission>(&change))
    book.admissions_by_pid[step->pid] = id;
  book.pending.emplace(id, std::move(change));
  out.push_back(effect::store{id, std::move(operation)});
}

void turn::gauge(const framework_entry& framework, std::string_view key, double value) {
  book.metrics.set(std::string(framework.metrics).append(key), value);
}

void turn::info(std::string_view message, log_fields fields) {
  log(log_level::info, message, fields);
}

void turn::warning(std::string_view message, log_fields fields) {
  log(log_level::warning, message, fields);
}

void turn::error(std::string_view message, log_fields fields) {
  log(log_level::error, message, fields);
}

void turn::log(log_level level, std::string_view message, log_fields fields) {
  out.push_back(effect::log{level, render_log_line(message, fields)});
}

std::string metric_prefix(const mesos::v1::FrameworkInfo& info, const framework_id& id) {
  return "master/frameworks/" + url_encode(info.name()) + "/" + id.value() + "/";
}

} // namespace troupe::master
