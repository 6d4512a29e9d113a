#pragma once

#include "http/message.hpp"
#include "http/shared_body.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::http {

/// What waits to be written to one socket, in order. Memory pieces go out gathered, shared ones
/// uncopied; files go by sendfile in bounded steps.
class output_queue {
 public:
  enum class result {
    drained, ///< nothing is left
    blocked, ///< the socket takes no more for now
    failed,  ///< the socket is broken, or a file became shorter than promised
  };

  void push(std::string bytes);
  void push(std::shared_ptr<const std::string> bytes);
  void push(shared_body_ptr body);
  void push(file_slice file);

  /// Writes what the socket takes without blocking, at most about a megabyte (then `blocked`, so
  /// that one fast reader does not hold up the others).
  result flush(int socket);

  bool empty() const { return first_ == pieces_.size(); }

  /// Bytes written since the queue was made.
  uint64_t written() const { return written_; }

  /// Something of a shared body is left.
  bool holds_shared() const;

  /// Bytes of memory that only this queue holds.
  size_t owned() const { return owned_; }

 private:
  using shared = std::shared_ptr<const std::string>;
  using piece = std::variant<std::string, shared, shared_body_ptr, file_slice>;

  result flush_memory(int socket);
  result flush_file(int socket, file_slice& file);
  void advance(size_t n);
  void pop();

  /// A memory piece has one part, but for shared bodies.
  static size_t parts_of(const piece& p);
  static std::string_view part_of(const piece& p, size_t part);

  std::vector<piece> pieces_; // no deque: that takes 576 bytes even when empty
  size_t first_ = 0;          // those before have gone
  size_t part_ = 0;           // of the first piece; those before have gone
  size_t offset_ = 0;         // written of that part
  uint64_t written_ = 0;
  size_t owned_ = 0;
};

} // namespace troupe::http
