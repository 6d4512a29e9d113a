/// Messages that are built, sent and dropped by the ten thousand.
#pragma once

#include <google/protobuf/arena.h>

#include <cstddef>
#include <memory>

namespace troupe::wire {

/// A message with all its parts in one piece of memory of `Room` bytes (and more pieces, should it grow beyond that): a
/// fraction of the calls to the memory allocator that a message on the heap costs, above all where it is dropped, which
/// is often in another thread. For messages that live shortly: what is cleared or replaced in one stays allocated.
template <class Message, std::size_t Room>
class arena_message {
 public:
  // Not defaulted: that would fill the room with zeros.
  arena_message() {} // NOLINT(modernize-use-equals-default)
  arena_message(const arena_message&) = delete;
  arena_message& operator=(const arena_message&) = delete;

  Message& get() { return *message_; }

 private:
  alignas(std::max_align_t) char room_[Room];
  google::protobuf::Arena arena_{room_, Room};
  Message* message_ = google::protobuf::Arena::CreateMessage<Message>(&arena_);
};

/// A new one, empty, to be filled in place: moving heap messages into it copies them.
template <class Message, std::size_t Room = 1024>
std::shared_ptr<Message> make_arena_message() {
  auto whole = std::make_shared<arena_message<Message, Room>>();
  return {whole, &whole->get()};
}

} // namespace troupe::wire
