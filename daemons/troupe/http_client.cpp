#include "daemons/troupe/http_client.hpp"

#include "wire/recordio.hpp"

#include <httplib.h>

#include <charconv>

namespace troupe::cli {

namespace {

constexpr auto media = "application/x-protobuf";
constexpr std::size_t record_limit = 256u << 20;

httplib::Client connect(const address& where, int read_seconds) {
  httplib::Client client(where.host, where.port);
  client.set_connection_timeout(5);
  client.set_read_timeout(read_seconds);
  return client;
}

http_result unreachable(const address& where, const httplib::Result& result) {
  return {0, "cannot reach " + where.host + ":" + std::to_string(where.port) + ": " +
                 httplib::to_string(result.error())};
}

} // namespace

std::optional<address> parse_address(std::string text, std::string& error) {
  if (text.rfind("http://", 0) == 0)
    text.erase(0, 7);
  const auto colon = text.rfind(':');
  address result;
  const char* end = text.data() + text.size();
  if (colon != std::string::npos && colon > 0) {
    auto [stop, code] = std::from_chars(text.data() + colon + 1, end, result.port);
    if (code == std::errc{} && stop == end && result.port > 0 && result.port < 65536) {
      result.host = text.substr(0, colon);
      return result;
    }
  }
  error = "--master: '" + text + "' is not host:port";
  return std::nullopt;
}

http_result get(const address& where, const std::string& path) {
  auto client = connect(where, 60);
  auto result = client.Get(path);
  if (!result)
    return unreachable(where, result);
  return {result->status, result->body};
}

scheduler_client::scheduler_client(address master)
    : master_(std::move(master)) {}

scheduler_client::~scheduler_client() {
  if (stream_)
    stream_->stop();
  if (reader_.joinable())
    reader_.join();
}

void scheduler_client::subscribe(const mesos::v1::scheduler::Call& call,
                                 std::function<void(event_ptr)> handle,
                                 std::function<void(http_result)> ended) {
  stream_ = std::make_unique<httplib::Client>(master_.host, master_.port);
  stream_->set_connection_timeout(5);
  stream_->set_read_timeout(60); // four heartbeats
  reader_ = std::thread([=, this] { ended(read_stream(call, handle)); });
}

http_result scheduler_client::read_stream(const mesos::v1::scheduler::Call& call,
                                          const std::function<void(event_ptr)>& handle) {
  http_result outcome;
  wire::record_decoder decoder(record_limit);
  httplib::Request request;
  request.method = "POST";
  request.path = "/api/v1/scheduler";
  request.headers = {{"Content-Type", media}, {"Accept", media}};
  request.body = call.SerializeAsString();
  request.response_handler = [&](const httplib::Response& response) {
    outcome.status = response.status;
    stream_id_ = response.get_header_value("Mesos-Stream-Id");
    return true;
  };
  request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
    if (outcome.status != 200) {
      outcome.body.append(data, size);
      return outcome.body.size() < 4096;
    }
    std::vector<std::string> records;
    if (auto result = decoder.push({data, size}, records); !result) {
      outcome = {0, "the master's stream is broken: " + result.error()};
      return false;
    }
    for (const auto& record : records) {
      auto event = std::make_shared<mesos::v1::scheduler::Event>();
      if (!event->ParseFromString(record)) {
        outcome = {0, "the master sent an event that cannot be parsed"};
        return false;
      }
      handle(std::move(event));
    }
    return true;
  };
  auto result = stream_->send(request);
  if (!result && outcome.status == 0 && outcome.body.empty())
    return unreachable(master_, result);
  if (outcome.status == 200)
    return {0, "the master closed the event stream"};
  return outcome;
}

http_result scheduler_client::send(const mesos::v1::scheduler::Call& call) {
  auto client = connect(master_, 30);
  httplib::Headers headers{{"Accept", media}, {"Mesos-Stream-Id", stream_id_}};
  auto result = client.Post("/api/v1/scheduler", headers, call.SerializeAsString(), media);
  if (!result)
    return unreachable(master_, result);
  return {result->status, result->body};
}

} // namespace troupe::cli
