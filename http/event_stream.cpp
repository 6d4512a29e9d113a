#include "http/event_stream.hpp"

#include <charconv>

namespace troupe::http {

std::string_view to_string(stream_end end) {
  switch (end) {
  case stream_end::closed:
    return "closed";
  case stream_end::peer:
    return "the client went away";
  case stream_end::overflow:
    return "the client reads too slowly";
  case stream_end::stalled:
    return "the client stopped reading";
  case stream_end::refused:
    return "never opened";
  case stream_end::shutdown:
    return "the server stopped";
  }
  return "unknown";
}

event_stream::event_stream(stream_limits limits)
    : limits_(limits) {}

bool event_stream::push(std::string event) {
  return push(std::make_shared<const std::string>(std::move(event)));
}

bool event_stream::push(record event) {
  return push(item{std::move(event), nullptr});
}

bool event_stream::push(shared_body_ptr event) {
  return push(item{nullptr, std::move(event)});
}

bool event_stream::push(item event) {
  std::unique_lock lock(mutex_);
  if (closing_ || overflow_ || ended_)
    return false;
  if (records_ + 1 > limits_.records || bytes_ + event.charged() > limits_.bytes) {
    overflow_ = true;
    queue_ = {};
    first_ = 0;
    signalled_ = false; // the server may be waiting for the socket and take nothing
    wake_after(lock);
    return false;
  }
  bytes_ += event.charged();
  ++records_;
  queue_.push_back(std::move(event));
  wake_after(lock);
  return true;
}

void event_stream::close() {
  std::unique_lock lock(mutex_);
  if (closing_ || overflow_ || ended_)
    return;
  closing_ = true;
  wake_after(lock);
}

bool event_stream::closed() const {
  std::lock_guard lock(mutex_);
  return closing_ || overflow_ || ended_;
}

void event_stream::on_closed(closed_callback callback) {
  std::unique_lock lock(mutex_);
  if (!ended_) {
    callback_ = std::move(callback);
    return;
  }
  auto end = end_;
  lock.unlock();
  callback(end);
}

// One wake-up for any number of pushes until the server takes them. The waker is copied so that it
// outlives a finish() that happens meanwhile.
void event_stream::wake_after(std::unique_lock<std::mutex>& lock) {
  if (signalled_ || !wake_)
    return;
  signalled_ = true;
  auto wake = wake_;
  lock.unlock();
  wake();
}

bool event_stream::attach(waker wake) {
  std::lock_guard lock(mutex_);
  if (attached_ || ended_)
    return false;
  attached_ = true;
  wake_ = std::move(wake);
  return true;
}

bool event_stream::overflowed() const {
  std::lock_guard lock(mutex_);
  return overflow_;
}

event_stream::batch event_stream::take(size_t bytes) {
  std::lock_guard lock(mutex_);
  batch b;
  while (first_ < queue_.size() && b.bytes < bytes) {
    b.bytes += queue_[first_].charged();
    b.records.push_back(std::move(queue_[first_++]));
  }
  if (first_ == queue_.size()) {
    queue_ = {};
    first_ = 0;
  } else if (first_ > queue_.size() / 2) {
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
  b.closing = closing_ && queue_.empty();
  signalled_ = false;
  return b;
}

void event_stream::written(size_t bytes, size_t records) {
  std::lock_guard lock(mutex_);
  bytes_ -= bytes;
  records_ -= records;
}

void event_stream::finish(stream_end end) {
  std::unique_lock lock(mutex_);
  if (ended_)
    return;
  ended_ = true;
  end_ = end;
  queue_ = {};
  first_ = bytes_ = records_ = 0;
  wake_ = nullptr;
  auto callback = std::move(callback_);
  callback_ = nullptr;
  lock.unlock();
  if (callback)
    callback(end);
}

std::string chunk_prefix(size_t event_size) {
  char length[24];
  auto length_end = std::to_chars(length, length + sizeof length, event_size).ptr;
  *length_end++ = '\n';
  auto length_size = static_cast<size_t>(length_end - length);
  char size[24];
  auto size_end = std::to_chars(size, size + sizeof size, length_size + event_size, 16).ptr;
  std::string prefix(size, size_end);
  prefix += "\r\n";
  prefix.append(length, length_size);
  return prefix;
}

} // namespace troupe::http
