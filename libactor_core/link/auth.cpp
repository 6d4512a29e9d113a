#include "link/auth.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <stdexcept>

namespace troupe::link {

std::string make_nonce() {
  std::array<unsigned char, 32> bytes{};
  if (RAND_bytes(bytes.data(), bytes.size()) != 1)
    throw std::runtime_error("cannot make a nonce: no randomness from the operating system");
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string make_proof(std::string_view secret, const proof_input& input) {
  std::string text = "troupe-link";
  for (auto part : {input.side, input.hello_nonce, input.challenge_nonce, input.principal}) {
    text += std::to_string(part.size());
    text += ':';
    text += part;
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &size);
  return {reinterpret_cast<const char*>(mac.data()), size};
}

bool same_proof(std::string_view left, std::string_view right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

} // namespace troupe::link
