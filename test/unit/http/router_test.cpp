#include "client.hpp"

#include <catch2/catch.hpp>

using namespace http_test;

namespace {

/// Endpoints that answer with their own name, the path and the rest.
router named_router(const std::string& delegate) {
  router r(delegate);
  auto named = [&](const char* actor, const char* path) {
    r.get(actor, path, [name = std::string(actor) + path](const request& q) {
      return content(name + " " + q.path + " " + q.rest, "text/plain");
    });
  };
  for (auto path : {"/", "/state", "/api/v1", "/api/v1/scheduler", "/quota", "/slaves"})
    named("master", path);
  named("slave(1)", "/state");
  named("files", "/read");
  named("version", "");
  r.alias("master", "/state.json", "/state");
  route only_post;
  only_post.actor = "master";
  only_post.path = "/weights";
  only_post.methods = {"GET", "PUT"};
  only_post.handle = answering([](const request&) { return json("[]"); });
  r.add(only_post);
  route exact = only_post;
  exact.path = "/redirect";
  exact.methods.clear();
  exact.exact = true;
  exact.handle = answering([](const request&) { return redirect("//h:1"); });
  r.add(exact);
  return r;
}

} // namespace

TEST_CASE("a path reaches the longest endpoint that it equals or stands below") {
  fixture server(named_router("master"));
  auto [target, name] = GENERATE(table<std::string, std::string>({
      {"/state", "master/state /state "},
      {"/master/state", "master/state /state "},
      {"//master///state", "master/state /state "},
      {"/state/", "master/state /state "},
      {"/state.json", "master/state /state.json "},
      {"/state?x=/quota", "master/state /state "},
      {"/state?a=b?c", "master/state /state "},
      {"/api/v1/scheduler/x", "master/api/v1/scheduler /api/v1/scheduler/x /x"},
      {"//api/v1/scheduler", "master/api/v1/scheduler /api/v1/scheduler "},
      {"/api/v1/operator", "master/api/v1 /api/v1/operator /operator"},
      {"/quota/a/b", "master/quota /quota/a/b /a/b"},
      {"/master/quota/a%2Fb", "master/quota /quota/a/b /a/b"},
      {"/slaves/S0", "master/slaves /slaves/S0 /S0"},
      {"/slave(1)/state", "slave(1)/state /state "},
      {"/slave%281%29/state", "slave(1)/state /state "},
      {"/files/read", "files/read /read "},
      {"/version", "version  "},
      {"/", "master/  "},
      {"/master", "master/  "},
      {"http://host:5050/state", "master/state /state "},
  }));
  CAPTURE(target);
  client c(server.port());
  CHECK(c.ask(get(target)).body == name);
}

TEST_CASE("what no endpoint serves is 404 in plain text") {
  fixture server(named_router("master"));
  auto target =
      GENERATE(as<std::string>{}, "/nosuch", "/statex", "/master/nosuch", "/slave(2)/state",
               "/API/v1", "/master%2Fapi/v1", "/redirect/x", "/api", "*");
  CAPTURE(target);
  client c(server.port());
  auto a = c.ask(get(target));
  CHECK(a.status == 404);
  CHECK(a.body == "404 Not Found.");
  CHECK(a.headers.at("content-type") == "text/plain; charset=utf-8");
}

TEST_CASE("unprefixed paths go to the delegate") {
  fixture server(named_router("slave(1)"));
  client c(server.port());
  CHECK(c.ask(get("/state")).body == "slave(1)/state /state ");
  CHECK(c.ask(get("/quota")).status == 404);
}

TEST_CASE("an endpoint with methods answers 405 with Allow to others, HEAD too") {
  fixture server(named_router("master"));
  client c(server.port());
  CHECK(c.ask("PUT /weights HTTP/1.1\r\n\r\n").status == 200);
  auto a = c.ask(post("/weights", "x"));
  CHECK(a.status == 405);
  CHECK(a.headers.at("allow") == "GET, PUT");
  CHECK(a.body ==
        "405 Method Not Allowed. Expecting one of { 'GET', 'PUT' }, but received 'POST'.");
  c.send("HEAD /weights HTTP/1.1\r\n\r\n");
  auto head = c.receive(false);
  CHECK(head.status == 405);
  CHECK(head.headers.at("content-length") == "79");
}

TEST_CASE("an endpoint without methods takes any") {
  fixture server(named_router("master"));
  client c(server.port());
  for (auto method : {"GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"}) {
    CAPTURE(method);
    CHECK(c.ask(std::string(method) + " /state HTTP/1.1\r\n\r\n").status == 200);
  }
}

TEST_CASE("a redirect is 307 with Location as given and no body") {
  fixture server(named_router("master"));
  client c(server.port());
  auto a = c.ask(get("/redirect"));
  CHECK(a.status == 307);
  CHECK(a.headers.at("location") == "//h:1");
  CHECK(a.headers.at("content-length") == "0");
}

TEST_CASE("jsonp wraps JSON without a semicolon and leaves the rest alone") {
  fixture server(small_router());
  client c(server.port());
  auto a = c.ask(get("/version?jsonp=angular.callbacks._0"));
  CHECK(a.body == R"(angular.callbacks._0({"version":"1.7.0"}))");
  CHECK(a.headers.at("content-type") == "text/javascript");
  CHECK(c.ask(get("/nosuch?jsonp=cb")).body == "404 Not Found.");
}

TEST_CASE("jsonp with what is no function name is refused") {
  fixture server(small_router());
  client c(server.port());
  for (auto name : {"", "1a", "a%20b", "a()", "alert(1);", "%3Cscript%3E", "a%0d%0ab"}) {
    CAPTURE(name);
    CHECK(c.ask(get(std::string("/version?jsonp=") + name)).status == 400);
  }
}

TEST_CASE("a filter refuses before the handler, or names the principal") {
  auto r = small_router();
  r.get("master", "/who", [](const request& q) { return content(q.principal, "text/plain"); });
  r.set_filter([](request& q, const route&) -> std::optional<response> {
    if (auto user = q.headers.find("X-User")) {
      q.principal = *user;
      return std::nullopt;
    }
    return error(401, "who are you");
  });
  fixture server(std::move(r));
  client c(server.port());
  CHECK(c.ask(get("/who")).status == 401);
  CHECK(c.ask(get("/who", "X-User: ada\r\n")).body == "ada");
}

TEST_CASE("headers reach the handler unchanged: empty, with percent signs, in any case") {
  router r("master");
  r.get("master", "/h", [](const request& q) {
    return content("[" + q.headers.joined("accept").value_or("none") + "][" +
                       q.headers.joined("X-A").value_or("none") + "]",
                   "text/plain");
  });
  fixture server(std::move(r));
  client c(server.port());
  CHECK(c.ask(get("/h", "Accept:\r\nx-a: 100%41\r\nX-A: b\r\n")).body == "[][100%41, b]");
}

TEST_CASE("form bodies of any size are decoded") {
  router r("master");
  r.get("master", "/form", [](const request& q) {
    auto f = q.form();
    return content(f.find("a")->second + "|" + std::to_string(f.find("big")->second.size()),
                   "text/plain");
  });
  fixture server(std::move(r));
  client c(server.port());
  auto body = "a=x+%26%2By&big=" + std::string(100'000, 'z');
  CHECK(c.ask(post("/form", body, "Content-Type: application/x-www-form-urlencoded\r\n")).body ==
        "x &+y|100000");
}

TEST_CASE("a header value with a line break in it never reaches the wire") {
  router r("master");
  r.get("master", "/h", [](const request&) {
    auto a = empty(200);
    a.headers.add("X-Bad", "a\r\nX-Injected: 1");
    return a;
  });
  fixture server(std::move(r));
  client c(server.port());
  CHECK_FALSE(c.ask(get("/h")).has("x-injected"));
}
