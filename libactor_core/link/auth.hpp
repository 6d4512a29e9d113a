/// Who may open a link: both sides prove that they know the shared secret, and neither sends it.
#pragma once

#include <string>
#include <string_view>

namespace troupe::link {

/// What both sides of a link share. An empty secret authenticates nobody: the master then listens on
/// loopback only, unless told otherwise.
struct credentials {
  std::string principal;
  std::string secret;
};

/// 32 bytes of the operating system's randomness.
std::string make_nonce();

/// What a proof is computed over; every part is length-prefixed, so that no two inputs collide.
struct proof_input {
  std::string_view side; ///< "agent" or "master"
  std::string_view hello_nonce;
  std::string_view challenge_nonce;
  std::string_view principal;
};

/// HMAC-SHA256 over the input, 32 bytes.
std::string make_proof(std::string_view secret, const proof_input& input);

/// Compares without telling by its run time where the first difference is.
bool same_proof(std::string_view left, std::string_view right);

} // namespace troupe::link
