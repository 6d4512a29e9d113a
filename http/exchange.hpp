#pragma once

#include "http/event_stream.hpp"
#include "http/memory_budget.hpp"
#include "http/message.hpp"
#include "http/output_queue.hpp"
#include "http/request_reader.hpp"
#include "http/shared_body.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace troupe::http {

/// An answer ready for the wire: a rendered head and the parts of the body.
struct outcome {
  std::string head; ///< with the small body behind it
  std::string body; ///< one that is not small
  shared_body_ptr shared;
  std::vector<std::shared_ptr<const std::string>> fragments;
  std::optional<file_slice> file;
  std::shared_ptr<event_stream> stream;
  bool close = false;
};

/// One request on its way: from the reactor to a worker, perhaps to an actor, and back.
struct exchange {
  exchange(uint64_t connection_id, raw_request raw, std::string peer_address, uint16_t port,
           const std::shared_ptr<memory_budget>& budget)
      : connection(connection_id)
      , in(std::move(raw))
      , peer(std::move(peer_address))
      , peer_port(port)
      , body_charge(budget) {}

  /// An answer that never went out (the server stopped) must not leave its stream waiting.
  ~exchange() {
    if (answer && answer->stream)
      answer->stream->finish(stream_end::refused);
  }

  const uint64_t connection;
  raw_request in;
  const std::string peer;
  const uint16_t peer_port;
  charge body_charge; ///< for `parsed->body`, as long as this lives

  std::shared_ptr<request> parsed; ///< worker only

  std::mutex mutex;               ///< for the two below
  std::optional<response> answer; ///< set once, by the responder
  bool deferred = false;          ///< the handler returned without an answer
};

} // namespace troupe::http
