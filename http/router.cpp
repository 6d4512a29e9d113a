#include "http/router.hpp"

#include "http/text.hpp"

#include <algorithm>
#include <stdexcept>

namespace troupe::http {

namespace {

/// Decoded components of a target's path, empty ones left out. Split before decoding: an encoded
/// slash does not separate.
std::vector<std::string> components(std::string_view target) {
  std::vector<std::string> parts;
  for (auto part : split(target.substr(0, target.find_first_of("?#")), '/'))
    if (!part.empty())
      parts.push_back(decode_percent(part));
  return parts;
}

std::string join(const std::vector<std::string>& parts, size_t first, size_t last) {
  std::string path;
  for (size_t i = first; i < last; ++i)
    path += "/" + parts[i];
  return path;
}

/// Wraps a JSON answer as `name(json)`. The body stays where it is: shared fragments are not
/// copied.
response wrapped(response r, const std::string& name) {
  if (r.content_type != "application/json" || r.stream || r.file)
    return r;
  r.content_type = "text/javascript";
  r.body.insert(0, name + "(");
  if (r.fragments.empty() && !r.shared)
    r.body += ")";
  else
    r.fragments.push_back(std::make_shared<const std::string>(")"));
  return r;
}

} // namespace

bool valid_callback(std::string_view name) {
  auto digit = [](char c) { return c >= '0' && c <= '9'; };
  auto good = [&](char c) {
    return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("_$.[]").find(c) != std::string_view::npos;
  };
  return !name.empty() && name.size() <= 128 && !digit(name[0]) &&
         std::all_of(name.begin(), name.end(), good);
}

router::router(std::string delegate)
    : delegate_(std::move(delegate)) {}

router& router::add(route r) {
  if (r.path == "/")
    r.exact = true; // the root is a page, not a catch-all
  auto [i, fresh] = actors_[r.actor].try_emplace(r.path == "/" ? "" : r.path, r);
  if (!fresh)
    throw std::logic_error("endpoint registered twice: /" + r.actor + r.path);
  return *this;
}

router& router::get(std::string actor, std::string path,
                    std::function<response(const request&)> f) {
  route r;
  r.actor = std::move(actor);
  r.path = std::move(path);
  r.handle = answering(std::move(f));
  return add(std::move(r));
}

router& router::alias(const std::string& actor, std::string path, const std::string& original) {
  auto r = actors_.at(actor).at(original);
  r.path = std::move(path);
  r.alias = true;
  return add(std::move(r));
}

std::vector<const route*> router::routes() const {
  std::vector<const route*> list;
  for (const auto& [actor, endpoints] : actors_)
    for (const auto& [path, each] : endpoints)
      list.push_back(&each);
  return list;
}

router& router::set_filter(filter f) {
  filter_ = std::move(f);
  return *this;
}

router::match router::find(std::string_view target) const {
  auto parts = components(target);
  size_t first = 0;
  auto actor = parts.empty() ? actors_.end() : actors_.find(parts[0]);
  if (actor != actors_.end())
    first = 1;
  else
    actor = actors_.find(delegate_);
  match m;
  m.path = join(parts, first, parts.size());
  if (actor == actors_.end())
    return m;
  for (size_t last = parts.size();; --last) {
    auto i = actor->second.find(join(parts, first, last));
    if (i != actor->second.end() && (last == parts.size() || !i->second.exact)) {
      m.found = &i->second;
      m.rest = join(parts, last, parts.size());
      return m;
    }
    if (last == first)
      return m;
  }
}

void router::dispatch(std::shared_ptr<request> req, responder out) const {
  auto m = find(req->target);
  req->path = std::move(m.path);
  req->rest = std::move(m.rest);
  if (!m.found) {
    out(error(404, "404 Not Found."));
    return;
  }
  const auto& methods = m.found->methods;
  if (!methods.empty() && std::find(methods.begin(), methods.end(), req->method) == methods.end()) {
    out(method_not_allowed(methods, req->method));
    return;
  }
  if (filter_)
    if (auto refusal = filter_(*req, *m.found)) {
      out(std::move(*refusal));
      return;
    }
  if (auto name = m.found->jsonp ? req->parameter("jsonp") : nullptr) {
    if (!valid_callback(*name)) {
      out(error(400, "Expecting 'jsonp' to be the name of a function"));
      return;
    }
    out = responder([out, name = *name](response r) { out(wrapped(std::move(r), name)); });
  }
  m.found->handle(req, std::move(out));
}

} // namespace troupe::http
