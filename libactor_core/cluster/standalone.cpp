#include "cluster/standalone.hpp"

#include <curl/curl.h>
#include <nlohmann/json.hpp>

#include <charconv>
#include <memory>
#include <optional>

namespace troupe::cluster {

namespace {

constexpr std::size_t largest_answer = 64 * 1024;

caf::error problem(std::string text) {
  return caf::make_error(caf::sec::cannot_connect_to_node, std::move(text));
}

std::size_t keep_body(char* data, std::size_t size, std::size_t count, void* out) {
  auto& body = *static_cast<std::string*>(out);
  if (body.size() + size * count > largest_answer)
    return 0; // ends the transfer
  body.append(data, size * count);
  return size * count;
}

struct http_answer {
  std::string body;
  std::string host; ///< that answered, after redirects
};

caf::expected<http_answer> get(const std::string& url) {
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), &curl_easy_cleanup);
  if (!curl)
    return problem("cannot make an HTTP client");
  http_answer answer;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_MAXREDIRS, 3L);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, 5000L);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, keep_body);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer.body);
  if (auto code = curl_easy_perform(curl.get()); code != CURLE_OK)
    return problem("cannot ask the master at " + url + ": " + curl_easy_strerror(code));
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status != 200)
    return problem("the master at " + url + " answered " + std::to_string(status) + ": " +
                   answer.body.substr(0, 200));
  const char* effective = nullptr;
  curl_easy_getinfo(curl.get(), CURLINFO_EFFECTIVE_URL, &effective);
  std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parts(curl_url(), &curl_url_cleanup);
  char* host = nullptr;
  if (effective != nullptr && curl_url_set(parts.get(), CURLUPART_URL, effective, 0) == CURLUE_OK &&
      curl_url_get(parts.get(), CURLUPART_HOST, &host, 0) == CURLUE_OK) {
    answer.host = host;
    curl_free(host);
  }
  return answer;
}

} // namespace

caf::expected<link::endpoint> parse_host_port(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0)
    return problem("'" + std::string(text) + "' is not host:port");
  auto host = text.substr(0, colon);
  if (host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  const auto digits = text.substr(colon + 1);
  unsigned port = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port == 0 || port > 65535)
    return problem("'" + std::string(digits) + "' in '" + std::string(text) + "' is not a port");
  return link::endpoint{std::string(host), static_cast<std::uint16_t>(port)};
}

std::string describe_link(const link::endpoint& listening) {
  const bool everywhere = listening.host == "0.0.0.0" || listening.host == "::";
  return nlohmann::json{{"host", everywhere ? "" : listening.host},
                        {"port", listening.port},
                        {"version", link::protocol_version}}
      .dump();
}

caf::expected<link::endpoint> read_link(std::string_view body, const std::string& asked) {
  auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object() || !json.contains("port") || !json["port"].is_number_unsigned())
    return problem("the master at " + asked +
                   " did not tell its link's port: " + std::string(body.substr(0, 200)));
  const auto port = json["port"].get<std::uint64_t>();
  if (port == 0 || port > 65535)
    return problem("the master at " + asked + " told an impossible link port");
  std::string host;
  if (auto found = json.find("host"); found != json.end() && found->is_string())
    host = found->get<std::string>();
  return link::endpoint{host.empty() ? asked : host, static_cast<std::uint16_t>(port)};
}

link::endpoint_finder ask_master(std::string host_port) {
  return [host_port]() -> caf::expected<link::endpoint> {
    auto answer = get("http://" + host_port + "/link");
    if (!answer)
      return answer.error();
    return read_link(answer->body, answer->host);
  };
}

link::endpoint_finder fixed_address(link::endpoint where) {
  return [where]() -> caf::expected<link::endpoint> { return where; };
}

} // namespace troupe::cluster
