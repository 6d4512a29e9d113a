#pragma once

#include "http/shared_body.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::http {

/// What a slow reader may keep waiting before its stream is closed. Records are shared between
/// subscribers, so the bytes are an upper bound of what this one holds alone.
struct stream_limits {
  size_t bytes = 64u << 20;
  size_t records = 64u << 10;
};

/// Why a stream ended.
enum class stream_end {
  closed,   ///< close() was called and everything before it is written
  peer,     ///< the client closed or reset the connection
  overflow, ///< the client read too slowly: over stream_limits
  stalled,  ///< the client took nothing for server_config::stall_timeout
  refused,  ///< never became a stream: the request was answered otherwise, or its client had gone
  shutdown, ///< the server stopped
};

std::string_view to_string(stream_end end);

/// An open chunked response, usable from any thread; it costs a socket and a queue, no thread.
///
/// A handler makes one, answers with `streaming(stream, ...)` and keeps (or gives an actor) the
/// pointer. Records pushed before the head is out wait in the queue. The connection stays open even
/// if the client asked for `Connection: close`.
class event_stream {
 public:
  using record = std::shared_ptr<const std::string>;
  using closed_callback = std::function<void(stream_end)>;

  explicit event_stream(stream_limits limits = {});
  event_stream(const event_stream&) = delete;
  event_stream& operator=(const event_stream&) = delete;

  /// Queues one event (the bare message, without a length). It is written as one RecordIO record in
  /// one HTTP chunk of its own: decimal length, line feed, message. False once the stream is closed
  /// or if this record overflows it.
  bool push(record event);
  bool push(std::string event);

  /// The same of an event that is mostly made of parts which others have, too: a snapshot. It counts
  /// as one record, its bytes do not count: however big the state, whoever subscribes may begin.
  bool push(shared_body_ptr event);

  /// Writes what is queued, then the last chunk, then closes the connection.
  void close();

  /// True after close() or the end of the connection.
  bool closed() const;

  /// Called once when the stream has ended, from the server's I/O thread (do not block it; sending
  /// a message to an actor is fine), or at once if it has ended already. Set it once.
  void on_closed(closed_callback callback);

  // ---- the server's side
  // -------------------------------------------------------------------------

  /// Tells the server that the stream has something new; called without a lock held.
  using waker = std::function<void()>;

  /// Binds the stream to its connection. False if it is bound already or has ended.
  bool attach(waker wake);

  /// An event that waits.
  struct item {
    record text;
    shared_body_ptr body; ///< instead of a text

    size_t size() const { return text ? text->size() : body->size(); }
    /// What counts against the limits.
    size_t charged() const { return text ? text->size() : 0; }
  };

  struct batch {
    std::vector<item> records;
    size_t bytes = 0;     ///< of the records, as far as they count
    bool closing = false; ///< after these records comes the last chunk
  };

  /// True if the reader was too slow: the connection is to be dropped.
  bool overflowed() const;

  /// Takes records off the queue, about `bytes` of them. They count against the limits until
  /// `written` says that they have left.
  batch take(size_t bytes);

  /// `bytes` and `records` of what was taken have been written to the socket.
  void written(size_t bytes, size_t records);

  /// The connection is gone (or was never given). Runs the callback, once.
  void finish(stream_end end);

 private:
  bool push(item event);
  void wake_after(std::unique_lock<std::mutex>& lock);

  mutable std::mutex mutex_;
  const stream_limits limits_;
  std::vector<item> queue_; // no deque: that takes 576 bytes even when empty
  size_t first_ = 0;        // those before are taken
  size_t bytes_ = 0;        // queued and taken, not yet written
  size_t records_ = 0;      // likewise
  bool closing_ = false;
  bool overflow_ = false;
  bool attached_ = false;
  bool signalled_ = false;
  bool ended_ = false;
  stream_end end_ = stream_end::closed;
  waker wake_;
  closed_callback callback_;
};

using event_stream_ptr = std::shared_ptr<event_stream>;

/// What stands before an event of this size on the wire: chunk size line and record length line.
/// After it come the event and CRLF.
std::string chunk_prefix(size_t event_size);

} // namespace troupe::http
