#include "model/contract.hpp"

#include <cstdio>
#include <cstdlib>

namespace troupe {

void contract_violated(const std::string& what) {
  std::fprintf(stderr, "troupe: contract violated: %s\n", what.c_str());
  std::fflush(stderr);
  std::abort();
}

} // namespace troupe
