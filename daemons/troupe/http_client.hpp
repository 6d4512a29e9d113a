/// The CLI's way to a master or an agent: plain GETs, scheduler calls and the subscription's event stream.
#pragma once

#include <mesos/v1/scheduler.pb.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace httplib {
class Client;
}

namespace troupe::cli {

/// What came back; `status` 0 means that nothing did, and `body` says why.
struct http_result {
  int status = 0;
  std::string body;
  bool ok() const { return status >= 200 && status < 300; }
};

/// Splits off `http://` and checks for host:port; an error text names what is wrong.
struct address {
  std::string host;
  int port = 0;
};
std::optional<address> parse_address(std::string text, std::string& error);

http_result get(const address& where, const std::string& path);

/// One scheduler session over the v1 API with protobuf bodies.
class scheduler_client {
 public:
  explicit scheduler_client(address master);

  ~scheduler_client();

  using event_ptr = std::shared_ptr<const mesos::v1::scheduler::Event>;

  /// Subscribes and calls `handle`, on a thread of its own, for each event; then `ended` once with what
  /// ended the stream (never a success).
  void subscribe(const mesos::v1::scheduler::Call& call, std::function<void(event_ptr)> handle,
                 std::function<void(http_result)> ended);

  /// Sends any other call; the stream id of the subscription goes with it. Call it after the first event.
  http_result send(const mesos::v1::scheduler::Call& call);

 private:
  http_result read_stream(const mesos::v1::scheduler::Call& call,
                          const std::function<void(event_ptr)>& handle);

  address master_;
  std::string stream_id_; ///< written before the first event is handled
  std::unique_ptr<httplib::Client> stream_;
  std::thread reader_;
};

} // namespace troupe::cli
