#include "http/output_queue.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace troupe::http {

namespace {

constexpr size_t max_gathered = 192;
constexpr size_t max_step = 256u << 10; // of a file, in one system call
constexpr uint64_t max_turn = 1u << 20;

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

} // namespace

void output_queue::push(std::string bytes) {
  if (bytes.empty())
    return;
  owned_ += bytes.size();
  pieces_.emplace_back(std::move(bytes));
}

void output_queue::push(std::shared_ptr<const std::string> bytes) {
  if (bytes && !bytes->empty())
    pieces_.emplace_back(std::move(bytes));
}

void output_queue::push(shared_body_ptr body) {
  if (body && body->size() > 0)
    pieces_.emplace_back(std::move(body));
}

void output_queue::push(file_slice file) {
  if (file.length > 0)
    pieces_.emplace_back(std::move(file));
}

output_queue::result output_queue::flush(int socket) {
  auto begin = written_;
  while (!empty()) {
    if (written_ - begin >= max_turn)
      return result::blocked;
    auto file = std::get_if<file_slice>(&pieces_[first_]);
    auto r = file ? flush_file(socket, *file) : flush_memory(socket);
    if (r != result::drained)
      return r;
  }
  pieces_ = {};
  first_ = 0;
  return result::drained;
}

bool output_queue::holds_shared() const {
  return std::any_of(pieces_.begin(), pieces_.end(), [](const piece& each) {
    return std::holds_alternative<shared_body_ptr>(each);
  });
}

void output_queue::pop() {
  pieces_[first_++] = std::string(); // lets go of what it shared
  part_ = offset_ = 0;
}

size_t output_queue::parts_of(const piece& p) {
  auto body = std::get_if<shared_body_ptr>(&p);
  return body ? (*body)->parts().size() : 1;
}

std::string_view output_queue::part_of(const piece& p, size_t part) {
  if (auto body = std::get_if<shared_body_ptr>(&p))
    return (*body)->parts()[part]->text();
  auto own = std::get_if<std::string>(&p);
  return own ? std::string_view(*own) : std::string_view(*std::get<shared>(p));
}

// `drained` here: some bytes went out, go on.
output_queue::result output_queue::flush_memory(int socket) {
  std::array<iovec, max_gathered> parts;
  size_t n = 0;
  for (size_t i = first_, part = part_; i < pieces_.size() && n < parts.size();) {
    const auto& p = pieces_[i];
    if (std::holds_alternative<file_slice>(p))
      break;
    auto bytes = part_of(p, part);
    if (n == 0)
      bytes.remove_prefix(offset_);
    parts[n++] = {const_cast<char*>(bytes.data()), bytes.size()};
    if (++part == parts_of(p)) {
      ++i;
      part = 0;
    }
  }
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = n;
  auto sent = ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0)
    return would_block() ? result::blocked : result::failed;
  advance(static_cast<size_t>(sent));
  return result::drained;
}

void output_queue::advance(size_t n) {
  written_ += n;
  while (n > 0) {
    auto& p = pieces_[first_];
    auto size = part_of(p, part_).size();
    auto step = std::min(n, size - offset_);
    offset_ += step;
    n -= step;
    if (offset_ < size)
      return;
    offset_ = 0;
    if (++part_ < parts_of(p))
      continue;
    if (std::holds_alternative<std::string>(p))
      owned_ -= size;
    pop();
  }
}

output_queue::result output_queue::flush_file(int socket, file_slice& file) {
  auto at = static_cast<off_t>(file.offset);
  auto sent =
      ::sendfile(socket, file.descriptor->get(), &at, std::min<uint64_t>(file.length, max_step));
  if (sent < 0)
    return would_block() ? result::blocked : result::failed;
  if (sent == 0)
    return result::failed; // the file was cut
  written_ += static_cast<uint64_t>(sent);
  file.offset += static_cast<uint64_t>(sent);
  file.length -= static_cast<uint64_t>(sent);
  if (file.length == 0)
    pop();
  return result::drained;
}

} // namespace troupe::http
