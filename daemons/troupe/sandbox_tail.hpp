/// Copies a task's stdout and stderr from its agent's `/files/read` to this terminal while it runs.
#pragma once

#include "daemons/troupe/http_client.hpp"

#include <atomic>
#include <string>
#include <thread>

namespace troupe::cli {

class sandbox_tail {
 public:
  /// `sandbox` is a virtual path, such as `/frameworks/F/executors/E/runs/latest`.
  sandbox_tail(address agent, std::string sandbox);

  /// Reads what is left and stops; waits some seconds for files that could not be read so far.
  ~sandbox_tail();

  sandbox_tail(const sandbox_tail&) = delete;
  sandbox_tail& operator=(const sandbox_tail&) = delete;

 private:
  struct stream {
    const char* name;
    std::FILE* out;
    std::size_t offset = 0;
    bool found = false; ///< was readable once
  };

  /// Copies what is new; false when the agent could not be read.
  bool copy(stream& from);
  void run();

  address agent_;
  std::string sandbox_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

} // namespace troupe::cli
