#include "network.hpp"

namespace troupe::simulation {

using namespace std::chrono_literals;

void network::master_up(agent_link_listener_actor master) {
  master_ = std::move(master);
}

void network::master_down(bool orderly) {
  master_ = nullptr;
  const auto links = std::exchange(links_, {});
  for (const auto& [id, link] : links)
    link->lose(lossy_link::at_master, orderly);
}

void network::agent_up(host_number host, master_link_listener_actor agent) {
  hosts_[host].agent = std::move(agent);
  ++hosts_[host].life;
  connect_later(host);
}

void network::agent_down(host_number host, bool orderly) {
  auto& machine = hosts_[host];
  machine.agent = nullptr;
  if (const auto link = std::exchange(machine.link, nullptr))
    link->lose(lossy_link::at_agent, orderly);
}

void network::cut(host_number host, duration span) {
  auto& machine = hosts_[host];
  const auto until = stage_.now() + span;
  machine.cut_until = std::max(machine.cut_until, until);
  stage_.note("network", "host " + std::to_string(host) + " is cut off for " + seconds(span));
  if (!machine.link)
    return;
  machine.link->block(until);
  if (sky_.silence_limit && *sky_.silence_limit < span)
    stage_.plan(*sky_.silence_limit + dice_.between(duration{0}, 5s),
                [weak = std::weak_ptr(machine.link)] {
                  if (auto link = weak.lock())
                    link->sever("silence");
                });
}

void network::sever(host_number host, const std::string& reason) {
  if (hosts_[host].link)
    hosts_[host].link->sever(reason);
}

void network::calm_down() {
  sky_.loss = 0;
  sky_.duplication = 0;
}

std::optional<host_number> network::unreachable() const {
  for (host_number host = 0; host < hosts_.size(); ++host)
    if (!hosts_[host].link || hosts_[host].cut_until > stage_.now())
      return host;
  return std::nullopt;
}

void network::connect_later(host_number host) {
  stage_.plan(dice_.between(50ms, 4s), [this, host, life = hosts_[host].life] {
    const auto& machine = hosts_[host];
    if (machine.agent && machine.life == life && !machine.link)
      connect(host);
  });
}

void network::connect(host_number host) {
  auto& machine = hosts_[host];
  if (!master_ || machine.cut_until > stage_.now()) {
    connect_later(host);
    return;
  }
  const auto id = ++last_link_;
  auto link = std::make_shared<lossy_link>(
      stage_, checkers_, sky_, dice_.fork(), link_ends{id, host, master_, machine.agent},
      [this, host, id](lossy_link::side which) {
        if (which == lossy_link::at_master) {
          links_.erase(id);
        } else if (hosts_[host].link && hosts_[host].link_id == id) {
          hosts_[host].link = nullptr;
          if (hosts_[host].agent)
            connect_later(host);
        }
      });
  machine.link = link;
  machine.link_id = id;
  links_[id] = link;
  link->open();
}

} // namespace troupe::simulation
