#include "http/mailbox.hpp"

#include "http/event_stream.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

namespace troupe::http {

mailbox::mailbox()
    : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

mailbox::~mailbox() {
  for (auto& [id, out] : content_.answers)
    if (out.stream)
      out.stream->finish(stream_end::shutdown);
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

void mailbox::answer(uint64_t connection, outcome out) {
  std::lock_guard lock(mutex_);
  content_.answers.emplace_back(connection, std::move(out));
  signal();
}

void mailbox::stream_news(uint64_t connection) {
  std::lock_guard lock(mutex_);
  news_.push_back(connection);
  has_news_.store(true, std::memory_order_release);
  signal();
}

void mailbox::stop() {
  std::lock_guard lock(mutex_);
  content_.stop = true;
  signal();
}

mailbox::content mailbox::take() {
  std::lock_guard lock(mutex_);
  if (signalled_) {
    uint64_t count = 0;
    // The counter is at least 1 here, so this cannot fail or block.
    [[maybe_unused]] auto n = ::read(descriptor_, &count, sizeof count);
    signalled_ = false;
  }
  return std::exchange(content_, {});
}

std::vector<uint64_t> mailbox::take_news() {
  std::lock_guard lock(mutex_);
  has_news_.store(false, std::memory_order_release);
  return std::exchange(news_, {});
}

// One write for any number of messages until the reactor looks.
void mailbox::signal() {
  if (signalled_)
    return;
  signalled_ = true;
  uint64_t one = 1;
  [[maybe_unused]] auto n = ::write(descriptor_, &one, sizeof one); // cannot overflow: see take()
}

} // namespace troupe::http
