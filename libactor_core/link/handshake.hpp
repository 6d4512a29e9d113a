/// The opening of a link as pure state machines: a record in, at most one record out, until it is done or
/// refused. Both sides run the same checks whether or not a secret is configured.
///
///   agent:  said_hello ──Challenge──▶ proved ──Welcome──▶ done          any other record, or a
///   master: silent ──Hello──▶ challenged ──Proof──▶ done                wrong proof ──▶ refused
#pragma once

#include "link/auth.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace troupe::link {

class Record;

/// What a master offers to whom it welcomes.
struct link_terms {
  std::uint64_t max_record_bytes = 64u << 20;
  std::uint32_t heartbeat_ms = 5000; ///< a side silent for three of these is gone
  std::uint32_t credit = 1024;       ///< records the agent may send ahead of the master
};

enum class handshake_phase { open, done, refused };

/// What follows from a record: where the handshake stands and what to answer.
struct handshake_step {
  handshake_phase phase = handshake_phase::open;
  std::shared_ptr<Record> reply;
  std::string reason; ///< why it was refused
};

class master_handshake {
 public:
  master_handshake(credentials expected, link_terms terms)
      : expected_(std::move(expected))
      , terms_(terms) {}

  handshake_step on(const Record& record);

  /// Valid when done.
  const std::string& principal() const { return principal_; }

 private:
  handshake_step on_hello(const Record& record);
  handshake_step on_proof(const Record& record);

  credentials expected_;
  link_terms terms_;
  std::string hello_nonce_;
  std::string challenge_nonce_;
  std::string principal_;
};

class agent_handshake {
 public:
  agent_handshake(credentials own, std::string software)
      : own_(std::move(own))
      , software_(std::move(software)) {}

  /// The first record, to be sent at once.
  std::shared_ptr<Record> hello();

  handshake_step on(const Record& record);

  /// Valid when done: what the master granted.
  const link_terms& terms() const { return terms_; }

 private:
  handshake_step on_welcome(const Record& record);

  credentials own_;
  std::string software_;
  link_terms terms_;
  std::string hello_nonce_;
  std::string challenge_nonce_;
};

} // namespace troupe::link
