#pragma once

#include <unistd.h>
#include <utility>

namespace troupe::http {

/// A file descriptor that closes itself.
class unique_fd {
 public:
  explicit unique_fd(int fd = -1)
      : fd_(fd) {}
  unique_fd(unique_fd&& other) noexcept
      : fd_(other.release()) {}
  unique_fd& operator=(unique_fd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = other.release();
    }
    return *this;
  }
  ~unique_fd() { reset(); }

  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  void reset() {
    if (fd_ >= 0)
      ::close(std::exchange(fd_, -1));
  }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

} // namespace troupe::http
