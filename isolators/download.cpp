#include "isolators/download.hpp"

#include <cerrno>
#include <cstring>
#include <curl/curl.h>
#include <memory>
#include <unistd.h>

namespace troupe::isolators {
namespace {

constexpr const char* schemes = "http,https,ftp,ftps";

struct transfer {
  CURL* curl;
  int target;
  download_limits limits;
  std::stop_token stop;
  curl_off_t seen = 0;     ///< bytes at the last look
  curl_off_t moved_at = 0; ///< curl's time of the last byte, microseconds since the start
  std::uint64_t written = 0;
  std::string trouble = {}; ///< our own reason for breaking off
};

std::size_t on_data(char* data, std::size_t, std::size_t size, void* context) {
  auto& state = *static_cast<transfer*>(context);
  const std::uint64_t bound = state.limits.max_bytes;
  if (bound != 0 && state.written + size > bound) {
    state.trouble = "it is larger than " + std::to_string(bound) + " bytes";
    return 0;
  }
  for (std::size_t at = 0; at < size;) {
    const ssize_t done = ::write(state.target, data + at, size - at);
    if (done < 0 && errno == EINTR)
      continue;
    if (done < 0) {
      state.trouble = std::string("cannot write: ") + std::strerror(errno);
      return 0;
    }
    at += static_cast<std::size_t>(done);
  }
  state.written += size;
  return size;
}

/// About once a second, also while nothing moves; anything but 0 breaks the transfer off. curl's own check
/// for slow transfers averages over five seconds and so cannot tell silence from little.
int on_progress(void* context, curl_off_t, curl_off_t received, curl_off_t, curl_off_t) {
  auto& state = *static_cast<transfer*>(context);
  if (state.stop.stop_requested()) {
    state.trouble = "stopped";
    return 1;
  }
  curl_off_t now = 0;
  ::curl_easy_getinfo(state.curl, CURLINFO_TOTAL_TIME_T, &now);
  if (received != state.seen) {
    state.seen = received;
    state.moved_at = now;
  }
  const auto limit = std::chrono::microseconds(state.limits.stall_timeout).count();
  if (now - state.moved_at < limit)
    return 0;
  state.trouble =
      "stalled: no byte for " + std::to_string(state.limits.stall_timeout.count()) + " seconds";
  return 1;
}

/// curl wants this once for the process, before any other call.
void initialise_curl() {
  static const CURLcode once = ::curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(once);
}

void configure(const std::string& uri, transfer& state, char* error_text) {
  CURL* curl = state.curl;
  const download_limits& limits = state.limits;
  ::curl_easy_setopt(curl, CURLOPT_URL, uri.c_str());
  ::curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  ::curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  ::curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error_text);
  ::curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, schemes);
  ::curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, schemes);
  ::curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  ::curl_easy_setopt(curl, CURLOPT_MAXREDIRS, limits.max_redirects);
  ::curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT,
                     static_cast<long>(limits.connect_timeout.count()));
  ::curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &on_data);
  ::curl_easy_setopt(curl, CURLOPT_WRITEDATA, &state);
  ::curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  ::curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &on_progress);
  ::curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &state);
}

} // namespace

outcome<std::uint64_t> download(const std::string& uri, const file_descriptor& target,
                                const download_limits& limits, std::stop_token stop) {
  initialise_curl();
  const std::unique_ptr<CURL, void (*)(CURL*)> curl(::curl_easy_init(), ::curl_easy_cleanup);
  if (curl == nullptr)
    return failure{"cannot set up a download"};
  transfer state{curl.get(), target.get(), limits, std::move(stop)};
  char error_text[CURL_ERROR_SIZE] = "";
  configure(uri, state, error_text);
  const CURLcode result = ::curl_easy_perform(curl.get());
  if (result == CURLE_OK)
    return state.written;
  if (!state.trouble.empty())
    return failure{state.trouble};
  return failure{error_text[0] != '\0' ? error_text : ::curl_easy_strerror(result)};
}

} // namespace troupe::isolators
