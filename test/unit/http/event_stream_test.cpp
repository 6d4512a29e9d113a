#include "client.hpp"

#include <atomic>
#include <barrier>
#include <catch2/catch.hpp>
#include <thread>

using namespace http_test;

namespace {

/// A server whose `/subscribe` gives each client a stream, the newest of which the test holds.
struct subscription {
  explicit subscription(stream_limits limits = {}, std::function<void(server_config&)> change = {})
      : server(routes(limits), std::move(change)) {}

  router routes(stream_limits limits) {
    router r = small_router();
    r.get("master", "/subscribe", [this, limits](const request&) {
      auto s = std::make_shared<event_stream>(limits);
      s->on_closed([this](stream_end end) { ended.set(end); });
      s->push("first");
      opened.set(s);
      header_list headers;
      headers.add("Mesos-Stream-Id", "id-1");
      return streaming(s, "application/json", headers);
    });
    return r;
  }

  event_stream_ptr subscribe(client& c, const std::string& headers = "") {
    c.send(post("/subscribe", "{}", headers));
    head = parse_head(c.until("\r\n\r\n"));
    return opened.wait().value_or(nullptr);
  }

  promised<event_stream_ptr> opened;
  promised<stream_end> ended;
  answer head;
  fixture server;
};

} // namespace

TEST_CASE("a stream begins with a chunked head and what was pushed before it") {
  subscription s;
  client c(s.server.port());
  s.subscribe(c);
  CHECK(s.head.status == 200);
  CHECK(s.head.headers.at("transfer-encoding") == "chunked");
  CHECK(s.head.headers.at("mesos-stream-id") == "id-1");
  CHECK(s.head.headers.at("content-type") == "application/json");
  CHECK_FALSE(s.head.has("content-length"));
  CHECK(c.until("first\r\n") == "7\r\n5\nfirst\r\n");
}

TEST_CASE("no record is left lying when two streams have news at the same time") {
  subscription s;
  constexpr int rounds = 10'000;
  std::barrier begin(2);
  std::atomic<bool> lost{false};
  std::vector<std::thread> both;
  for (int i = 0; i < 2; ++i) {
    auto c = std::make_shared<client>(s.server.port());
    auto stream = s.subscribe(*c);
    REQUIRE(stream);
    both.emplace_back([&, c, stream] {
      for (int n = 0; n < rounds; ++n) {
        begin.arrive_and_wait(); // nothing else comes that would wake the server
        try {
          if (!lost && (!stream->push(std::string("x")) || c->until("x\r\n").empty()))
            lost = true;
        } catch (const std::runtime_error&) { // nothing has come in time
          lost = true;
        }
      }
    });
  }
  for (auto& each : both)
    each.join();
  CHECK(!lost);
}

TEST_CASE("every record is one chunk with its length line inside") {
  subscription s;
  client c(s.server.port());
  auto stream = s.subscribe(c);
  CHECK(stream->push(std::string(451, 'x')));
  CHECK(stream->push(std::string()));
  CHECK(c.until("first\r\n") == "7\r\n5\nfirst\r\n");
  CHECK(c.bytes(3 + 2 + 4 + 451 + 2) == "1c7\r\n451\n" + std::string(451, 'x') + "\r\n");
  CHECK(c.bytes(7) == "2\r\n0\n\r\n");
}

TEST_CASE("a stream outlives the client's wish to close the connection and the idle deadline") {
  subscription s({}, [](server_config& c) { c.idle_timeout = std::chrono::milliseconds(1); });
  client c(s.server.port());
  auto stream = s.subscribe(c, "Connection: close\r\n");
  CHECK_FALSE(s.head.has("connection"));
  CHECK(c.until("first\r\n") == "7\r\n5\nfirst\r\n");
  client other(s.server.port());
  CHECK(other.ask(get("/version")).status == 200);
  CHECK(stream->push("later"));
  CHECK(c.until("later\r\n") == "7\r\n5\nlater\r\n");
}

TEST_CASE("closing a stream writes what is queued and the last chunk, then ends the connection") {
  subscription s;
  client c(s.server.port());
  auto stream = s.subscribe(c);
  stream->push("last words");
  stream->close();
  CHECK_FALSE(stream->push("too late"));
  CHECK(c.rest() == "7\r\n5\nfirst\r\nd\r\n10\nlast words\r\n0\r\n\r\n");
  CHECK(s.ended.wait() == stream_end::closed);
  CHECK(stream->closed());
}

TEST_CASE("a stream notices at once that its client has closed or reset the connection") {
  bool reset = GENERATE(false, true);
  subscription s;
  auto c = std::make_unique<client>(s.server.port());
  auto stream = s.subscribe(*c);
  if (reset) {
    linger hard{1, 0};
    ::setsockopt(c->descriptor(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  }
  c.reset();
  CHECK(s.ended.wait() == stream_end::peer);
  CHECK_FALSE(stream->push("nobody"));
  CHECK(s.ended.sets() == 1);
  CHECK(s.server.stats().streams == 0);
}

TEST_CASE("a reader that is too slow is cut off and other streams go on") {
  subscription s(stream_limits{1u << 20, 1000});
  client slow(s.server.port(), 4096);
  auto lagging = s.subscribe(slow);
  auto record = std::make_shared<const std::string>(100'000, 'x');
  int pushed = 0;
  while (lagging->push(record) && pushed < 1000)
    ++pushed;
  CHECK(pushed < 1000);
  CHECK(s.ended.wait() == stream_end::overflow);
  CHECK_FALSE(lagging->push(record));
  client other(s.server.port());
  CHECK(other.ask(get("/version")).status == 200);
}

TEST_CASE("the number of waiting records is bounded too") {
  event_stream stream(stream_limits{1000, 2});
  CHECK(stream.push("a"));
  CHECK(stream.push("b"));
  CHECK_FALSE(stream.push("c"));
  CHECK(stream.overflowed());
}

TEST_CASE("records in the socket's way count until they are written") {
  event_stream stream(stream_limits{10, 10});
  CHECK(stream.push("12345678"));
  auto batch = stream.take(100);
  CHECK(batch.bytes == 8);
  stream.written(batch.bytes, batch.records.size());
  CHECK(stream.push("12345678"));
  CHECK(stream.take(100).records.size() == 1);
  CHECK_FALSE(stream.push("12345678"));
}

TEST_CASE("a stream that is read keeps up with far more than its limit") {
  subscription s(stream_limits{1u << 20, 1000});
  client c(s.server.port());
  auto stream = s.subscribe(c);
  c.until("first\r\n");
  auto record = std::make_shared<const std::string>(100'000, 'x');
  auto size = chunk_prefix(record->size()).size() + record->size() + 2;
  for (int i = 0; i < 100; ++i) {
    REQUIRE(stream->push(record));
    REQUIRE(c.bytes(size).size() == size);
  }
}

TEST_CASE("pushes from many threads arrive whole") {
  subscription s;
  client c(s.server.port());
  auto stream = s.subscribe(c);
  c.until("first\r\n");
  std::vector<std::thread> threads;
  for (char letter : {'a', 'b', 'c', 'd'})
    threads.emplace_back([=] {
      for (int i = 0; i < 500; ++i)
        stream->push(std::string(10, letter));
    });
  for (auto& t : threads)
    t.join();
  std::map<char, int> seen;
  for (int i = 0; i < 2000; ++i) {
    auto chunk = c.bytes(3 + 3 + 10 + 2);
    REQUIRE(chunk == "d\r\n10\n" + std::string(10, chunk[6]) + "\r\n");
    ++seen[chunk[6]];
  }
  CHECK(seen == std::map<char, int>{{'a', 500}, {'b', 500}, {'c', 500}, {'d', 500}});
}

TEST_CASE("a stream ends with shutdown when the server stops") {
  subscription s;
  client c(s.server.port());
  s.subscribe(c);
  s.server.get().stop();
  CHECK(s.ended.wait() == stream_end::shutdown);
}

TEST_CASE("a stream whose client has gone before the answer is refused") {
  promised<responder> waiting;
  promised<stream_end> ended;
  router r("master");
  route subscribe;
  subscribe.actor = "master";
  subscribe.path = "/subscribe";
  subscribe.handle = [&](const request_ptr&, responder out) { waiting.set(std::move(out)); };
  r.add(subscribe);
  fixture server(std::move(r));
  auto c = std::make_unique<client>(server.port());
  c->send(get("/subscribe"));
  auto later = waiting.wait();
  REQUIRE(later);
  linger hard{1, 0};
  ::setsockopt(c->descriptor(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  c.reset();
  REQUIRE(eventually([&] { return server.stats().connections == 0; }));
  auto stream = std::make_shared<event_stream>();
  stream->on_closed([&](stream_end end) { ended.set(end); });
  (*later)(streaming(stream, "application/json"));
  CHECK(ended.wait() == stream_end::refused);
}

TEST_CASE("on_closed of a stream that has ended already runs at once") {
  event_stream stream;
  stream.finish(stream_end::peer);
  std::optional<stream_end> seen;
  stream.on_closed([&](stream_end end) { seen = end; });
  CHECK(seen == stream_end::peer);
}

TEST_CASE("a shared body is a record, whatever the limits say of bytes") {
  subscription s(stream_limits{.bytes = 1000, .records = 10});
  client c(s.server.port());
  auto stream = s.subscribe(c);
  auto part = std::make_shared<const body_part>(std::string(5000, 'a'));
  auto body = std::make_shared<const shared_body>(std::vector<fragment>{part, part});
  CHECK(stream->push(body));
  CHECK(stream->push("after"));
  CHECK(c.until("first\r\n") == "7\r\n5\nfirst\r\n");
  CHECK(c.bytes(6 + 6 + 10000 + 2) == "2716\r\n10000\n" + std::string(10000, 'a') + "\r\n");
  CHECK(c.until("after\r\n") == "7\r\n5\nafter\r\n");
}
