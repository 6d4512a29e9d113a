#include "link/handshake.hpp"

#include "link/frame.hpp"

#include <troupe/link.pb.h>

#include <algorithm>

namespace troupe::link {

namespace {

handshake_step refuse(std::string reason) {
  handshake_step step;
  step.phase = handshake_phase::refused;
  step.reply = std::make_shared<Record>();
  step.reply->mutable_refused()->set_reason(reason);
  step.reason = std::move(reason);
  return step;
}

} // namespace

handshake_step master_handshake::on(const Record& record) {
  if (hello_nonce_.empty() && record.has_hello())
    return on_hello(record);
  if (!hello_nonce_.empty() && record.has_proof())
    return on_proof(record);
  return refuse("record out of turn: expected " +
                std::string(hello_nonce_.empty() ? "hello" : "proof"));
}

handshake_step master_handshake::on_hello(const Record& record) {
  const auto& hello = record.hello();
  if (hello.nonce().size() != 32)
    return refuse("hello.nonce must have 32 bytes, has " + std::to_string(hello.nonce().size()));
  if (hello.version() == 0)
    return refuse("hello.version must be at least 1");
  hello_nonce_ = hello.nonce();
  principal_ = hello.principal();
  challenge_nonce_ = make_nonce();
  handshake_step step;
  step.reply = std::make_shared<Record>();
  step.reply->mutable_challenge()->set_version(std::min(hello.version(), protocol_version));
  step.reply->mutable_challenge()->set_nonce(challenge_nonce_);
  return step;
}

handshake_step master_handshake::on_proof(const Record& record) {
  const auto wanted =
      make_proof(expected_.secret, {"agent", hello_nonce_, challenge_nonce_, principal_});
  if (!same_proof(wanted, record.proof().mac()))
    return refuse("authentication failed: the agent's link secret differs from the master's");
  handshake_step step;
  step.phase = handshake_phase::done;
  step.reply = std::make_shared<Record>();
  auto* welcome = step.reply->mutable_welcome();
  welcome->set_version(protocol_version);
  welcome->set_mac(
      make_proof(expected_.secret, {"master", hello_nonce_, challenge_nonce_, principal_}));
  welcome->set_max_record_bytes(terms_.max_record_bytes);
  welcome->set_heartbeat_ms(terms_.heartbeat_ms);
  welcome->set_credit(terms_.credit);
  return step;
}

std::shared_ptr<Record> agent_handshake::hello() {
  hello_nonce_ = make_nonce();
  auto record = std::make_shared<Record>();
  auto* hello = record->mutable_hello();
  hello->set_version(protocol_version);
  hello->set_nonce(hello_nonce_);
  hello->set_principal(own_.principal);
  hello->set_software(software_);
  return record;
}

handshake_step agent_handshake::on(const Record& record) {
  if (record.has_refused()) {
    handshake_step step;
    step.phase = handshake_phase::refused;
    step.reason = "refused by the master: " + record.refused().reason();
    return step;
  }
  if (challenge_nonce_.empty() && record.has_challenge()) {
    challenge_nonce_ = record.challenge().nonce();
    if (challenge_nonce_.size() != 32)
      return refuse("challenge.nonce must have 32 bytes");
    handshake_step step;
    step.reply = std::make_shared<Record>();
    step.reply->mutable_proof()->set_mac(
        make_proof(own_.secret, {"agent", hello_nonce_, challenge_nonce_, own_.principal}));
    return step;
  }
  if (!challenge_nonce_.empty() && record.has_welcome())
    return on_welcome(record);
  return refuse("record out of turn in the handshake");
}

handshake_step agent_handshake::on_welcome(const Record& record) {
  const auto& welcome = record.welcome();
  const auto wanted =
      make_proof(own_.secret, {"master", hello_nonce_, challenge_nonce_, own_.principal});
  if (!same_proof(wanted, welcome.mac()))
    return refuse("authentication failed: the master's link secret differs from the agent's");
  if (welcome.max_record_bytes() < handshake_limit || welcome.heartbeat_ms() == 0)
    return refuse("the master's link terms make no sense");
  terms_.max_record_bytes = welcome.max_record_bytes();
  terms_.heartbeat_ms = welcome.heartbeat_ms();
  terms_.credit = welcome.credit();
  handshake_step step;
  step.phase = handshake_phase::done;
  return step;
}

} // namespace troupe::link
