#include "daemons/troupe/sandbox_tail.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>

namespace troupe::cli {

namespace {

constexpr auto poll_interval = std::chrono::milliseconds(200);
constexpr auto poll_step = std::chrono::milliseconds(20);
/// Tries after the task's end: five seconds.
constexpr int last_rounds = 25;

std::string escape(const std::string& text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (unsigned char c : text) {
    if (std::isalnum(c) || c == '/' || c == '-' || c == '_' || c == '.') {
      out += static_cast<char>(c);
    } else {
      out += '%';
      out += digits[c >> 4];
      out += digits[c & 15];
    }
  }
  return out;
}

} // namespace

sandbox_tail::sandbox_tail(address agent, std::string sandbox)
    : agent_(std::move(agent))
    , sandbox_(std::move(sandbox))
    , thread_([this] { run(); }) {}

sandbox_tail::~sandbox_tail() {
  stop_ = true;
  thread_.join();
}

bool sandbox_tail::copy(stream& from) {
  for (;;) {
    auto result = get(agent_, "/files/read?path=" + escape(sandbox_ + "/" + from.name) +
                                  "&offset=" + std::to_string(from.offset) + "&length=65536");
    if (!result.ok())
      return false;
    auto json = nlohmann::json::parse(result.body, nullptr, false);
    if (!json.is_object() || !json.contains("data") || !json["data"].is_string())
      return false;
    const auto data = json["data"].get<std::string>();
    if (data.empty())
      return true;
    std::fwrite(data.data(), 1, data.size(), from.out);
    std::fflush(from.out);
    from.offset += data.size();
  }
}

void sandbox_tail::run() {
  stream streams[] = {{"stdout", stdout}, {"stderr", stderr}};
  int rounds_left = last_rounds;
  for (bool last = false; !last;) {
    const bool stopping = stop_;
    bool all_found = true;
    for (auto& each : streams) {
      each.found = copy(each) || each.found;
      all_found = all_found && each.found;
    }
    // A short task may end before its agent serves the sandbox for the first time.
    last = stopping && (all_found || --rounds_left == 0);
    for (auto waited = poll_interval; !last && (!stop_ || stopping) && waited.count() > 0;
         waited -= poll_step)
      std::this_thread::sleep_for(poll_step);
  }
  for (const auto& each : streams)
    if (!each.found)
      std::fprintf(stderr, "troupe: the task's %s could not be read from its agent\n", each.name);
}

} // namespace troupe::cli
