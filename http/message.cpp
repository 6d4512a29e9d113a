#include "http/message.hpp"

#include "http/text.hpp"

#include <cerrno>
#include <sys/stat.h>

namespace troupe::http {

void header_list::add(std::string name, std::string value) {
  fields_.emplace_back(std::move(name), std::move(value));
}

void header_list::set(std::string_view name, std::string value) {
  erase(name);
  add(std::string(name), std::move(value));
}

void header_list::erase(std::string_view name) {
  std::erase_if(fields_, [&](const auto& f) { return same_token(f.first, name); });
}

const std::string* header_list::find(std::string_view name) const {
  for (const auto& [key, value] : fields_)
    if (same_token(key, name))
      return &value;
  return nullptr;
}

std::optional<std::string> header_list::joined(std::string_view name) const {
  std::optional<std::string> all;
  for (const auto& [key, value] : fields_) {
    if (!same_token(key, name))
      continue;
    if (all)
      *all += ", " + value;
    else
      all = value;
  }
  return all;
}

const std::string* request::parameter(const std::string& name) const {
  auto i = query.find(name);
  return i == query.end() ? nullptr : &i->second;
}

std::multimap<std::string, std::string> request::form() const {
  return decode_form(body);
}

std::optional<file_slice> to_slice(unique_fd file) {
  struct stat st {};
  if (::fstat(file.get(), &st) != 0)
    return std::nullopt;
  if (!S_ISREG(st.st_mode)) {
    errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
    return std::nullopt;
  }
  return file_slice{std::make_shared<const unique_fd>(std::move(file)), 0,
                    static_cast<uint64_t>(st.st_size)};
}

response json(std::string text) {
  return content(std::move(text), "application/json");
}

response json(std::vector<std::shared_ptr<const std::string>> fragments) {
  response r;
  r.content_type = "application/json";
  r.fragments = std::move(fragments);
  return r;
}

response json(std::shared_ptr<const shared_body> body) {
  response r;
  r.content_type = "application/json";
  r.shared = std::move(body);
  return r;
}

response content(std::string body, std::string content_type, int status) {
  response r;
  r.status = status;
  r.content_type = std::move(content_type);
  r.body = std::move(body);
  return r;
}

response empty(int status) {
  response r;
  r.status = status;
  return r;
}

response error(int status, std::string text) {
  return content(std::move(text), "text/plain; charset=utf-8", status);
}

response method_not_allowed(const std::vector<std::string>& allowed, const std::string& method) {
  std::string plain;
  std::string quoted;
  for (const auto& m : allowed) {
    plain += (plain.empty() ? "" : ", ") + m;
    quoted += (quoted.empty() ? "'" : ", '") + m + "'";
  }
  auto r = error(405, "405 Method Not Allowed. Expecting one of { " + quoted +
                          " }, but received '" + method + "'.");
  r.headers.add("Allow", plain);
  return r;
}

response redirect(std::string location) {
  response r;
  r.status = 307;
  r.headers.add("Location", std::move(location));
  return r;
}

response streaming(std::shared_ptr<event_stream> stream, std::string content_type,
                   header_list headers) {
  response r;
  r.headers = std::move(headers);
  r.content_type = std::move(content_type);
  r.stream = std::move(stream);
  return r;
}

} // namespace troupe::http
