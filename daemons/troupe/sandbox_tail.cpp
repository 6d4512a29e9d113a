#include "daemons/troupe/sandbox_tail.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>

namespace troupe::cli {

namespace {

constexpr auto poll_interval = std::chrono::milliseconds(200);

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
  : agent_(std::move(agent)), sandbox_(std::move(sandbox)), thread_([this] { run(); }) {}

sandbox_tail::~sandbox_tail() {
  stop_ = true;
  thread_.join();
}

bool sandbox_tail::copy(stream& from) {
  for (;;) {
    auto result = get(agent_, "/files/read?path=" + escape(sandbox_ + "/" + from.name)
                                + "&offset=" + std::to_string(from.offset) + "&length=65536");
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
  bool last = false;
  while (!last) {
    last = stop_;
    for (auto& each : streams)
      copy(each);
    for (auto waited = poll_interval; !last && !stop_ && waited.count() > 0;
         waited -= std::chrono::milliseconds(20))
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

} // namespace troupe::cli
