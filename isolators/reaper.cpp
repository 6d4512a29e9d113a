#include "isolators/reaper.hpp"

#include "isolators/files.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <sys/epoll.h>
#include <sys/eventfd.h>

namespace troupe::isolators {

outcome<std::shared_ptr<descriptor_set>> descriptor_set::make() {
  auto set = std::make_shared<descriptor_set>();
  set->epoll_ = file_descriptor(::epoll_create1(EPOLL_CLOEXEC));
  set->wake_ = file_descriptor(::eventfd(0, EFD_CLOEXEC));
  if (!set->epoll_ || !set->wake_)
    return system_failure("make", "an epoll set");
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = 0;
  if (::epoll_ctl(set->epoll_.get(), EPOLL_CTL_ADD, set->wake_.get(), &event) != 0)
    return system_failure("wait for", "an event descriptor");
  return set;
}

std::optional<failure> descriptor_set::watch(const file_descriptor& fd, std::uint64_t token) const {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLONESHOT;
  event.data.u64 = token;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd.get(), &event) != 0)
    return system_failure("wait for", "a process");
  return std::nullopt;
}

void descriptor_set::stop() const {
  ::eventfd_write(wake_.get(), 1);
}

std::vector<std::uint64_t> descriptor_set::wait() const {
  epoll_event events[256];
  const int count = ::epoll_wait(epoll_.get(), events, 256, -1);
  std::vector<std::uint64_t> tokens;
  for (int i = 0; i < count; ++i)
    tokens.push_back(events[i].data.u64);
  return tokens;
}

void reaper(caf::blocking_actor*, std::shared_ptr<descriptor_set> set, launcher_actor launcher) {
  for (;;) {
    auto tokens = set->wait();
    if (std::find(tokens.begin(), tokens.end(), 0) != tokens.end())
      return;
    if (!tokens.empty())
      caf::anon_send(launcher, descriptors_ready{std::move(tokens)});
  }
}

} // namespace troupe::isolators
