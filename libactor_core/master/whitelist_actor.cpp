#include "master/whitelist_actor.hpp"

#include "model/text_scan.hpp"
#include "runtime/logging.hpp"

#include <caf/all.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace troupe::master {

namespace {

using self_pointer = whitelist_actor::stateful_pointer<whitelist_state>;

void look(self_pointer self, const whitelist_config& config, const allocator_actor& allocator) {
  auto& state = self->state;
  auto read = read_whitelist(config.path);
  if (!read) {
    if (state.problem != read.error())
      log_warning("the whitelist stays as it was", {{"reason", read.error()}});
    state.problem = read.error();
    return;
  }
  state.problem.clear();
  if (read->hostnames == state.known.hostnames)
    return;
  state.known = *read;
  log_info("whitelist changed",
           {{"hosts", read->hostnames ? std::to_string(read->hostnames->size()) : "all"}});
  self->send(allocator, *read);
}

} // namespace

set_whitelist parse_whitelist(const std::string& text) {
  set_whitelist result{std::set<std::string>{}};
  for (auto line : text_scan::split(text, '\n')) {
    if (line == "*")
      return {};
    if (!line.empty())
      result.hostnames->emplace(line);
  }
  return result;
}

outcome<set_whitelist> read_whitelist(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream content;
  // An empty file sets the stream's fail bit, and is a whitelist of nobody.
  if (in && in.peek() != std::ifstream::traits_type::eof())
    content << in.rdbuf();
  if (!in.is_open() || in.bad() || content.bad())
    return failure{"the whitelist " + path + " can't be read: " + std::strerror(errno)};
  return parse_whitelist(content.str());
}

whitelist_actor::behavior_type whitelist_watcher(self_pointer self, whitelist_config config,
                                                 allocator_actor allocator) {
  self->state.known = config.known;
  self->delayed_send(self, config.interval, caf::tick_atom::value);
  return {
      [=](caf::tick_atom) {
        self->delayed_send(self, config.interval, caf::tick_atom::value);
        look(self, config, allocator);
      },
  };
}

} // namespace troupe::master
