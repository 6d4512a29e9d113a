#include "http/media_type.hpp"

#include "http/text.hpp"

namespace troupe::http {

namespace {

/// How closely a media range matches a type: 3 exactly, 2 `application/*`, 1 `*/*`, 0 not.
int closeness(std::string_view range, std::string_view type) {
  if (range == "*/*" || range == "*")
    return 1;
  auto slash = type.find('/');
  if (range.ends_with("/*") && same_token(range.substr(0, range.size() - 2), type.substr(0, slash)))
    return 2;
  return same_token(range, type) ? 3 : 0;
}

int quality_of(std::string_view header, std::string_view type) {
  int best_closeness = 0;
  int best_quality = 0;
  for (auto element : split(header, ',')) {
    auto close = closeness(trim(element.substr(0, element.find(';'))), type);
    if (close > best_closeness) {
      best_closeness = close;
      best_quality = quality(element);
    }
  }
  return best_quality;
}

} // namespace

std::string_view to_string(media_type type) {
  switch (type) {
  case media_type::json:
    return "application/json";
  case media_type::protobuf:
    return "application/x-protobuf";
  case media_type::recordio:
    return "application/recordio";
  }
  return "";
}

content_type_check check_content_type(const request& req) {
  auto value = req.headers.find("Content-Type");
  if (!value || value->empty())
    return {std::nullopt, error(400, "Expecting 'Content-Type' to be present")};
  for (auto type : {media_type::json, media_type::protobuf})
    if (*value == to_string(type))
      return {type, std::nullopt};
  return {std::nullopt,
          error(415, "Expecting 'Content-Type' of application/json or application/x-protobuf")};
}

int quality(std::string_view element) {
  auto parts = split(element, ';');
  for (size_t i = 1; i < parts.size(); ++i) {
    auto p = trim(parts[i]);
    if (p.size() < 2 || (p[0] != 'q' && p[0] != 'Q') || p[1] != '=')
      continue;
    p.remove_prefix(2);
    // 0, 1, 0.5, 0.123, 1.000
    if (p.empty() || (p[0] != '0' && p[0] != '1') || p.size() > 5 || (p.size() > 1 && p[1] != '.'))
      return 0;
    int q = (p[0] - '0') * 1000;
    int weight = 100;
    for (char c : p.substr(std::min<size_t>(2, p.size()))) {
      if (c < '0' || c > '9')
        return 0;
      q += (c - '0') * weight;
      weight /= 10;
    }
    return std::min(q, 1000);
  }
  return 1000;
}

std::optional<media_type> negotiate(const request& req, const std::vector<media_type>& offered,
                                    std::string_view header) {
  auto value = req.headers.joined(header);
  std::optional<media_type> best;
  int best_quality = 0;
  for (auto type : offered) {
    auto q = value ? quality_of(*value, to_string(type)) : 1000;
    if (q > best_quality) {
      best = type;
      best_quality = q;
    }
  }
  return best;
}

response not_acceptable() {
  return error(406, "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'");
}

} // namespace troupe::http
