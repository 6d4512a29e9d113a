#include "http/files.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <utility>

namespace troupe::http {

namespace {

constexpr int64_t max_read = 64 << 10; // 16 pages

response refuse(const file_problem& p) {
  return error(p.status, p.text);
}

response path_missing() {
  return error(400, "Expecting 'path=value' in query.\n");
}

/// Files hold any bytes, JSON only UTF-8: other bytes become U+FFFD.
std::string dump(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

response browse(const file_table& table, const request& req) {
  auto path = req.parameter("path");
  if (!path || path->empty())
    return path_missing();
  auto listed = table.list(*path, req.principal);
  if (auto problem = std::get_if<file_problem>(&listed))
    return refuse(*problem);
  auto all = nlohmann::json::array();
  for (const auto& f : std::get<std::vector<file_info>>(listed))
    all.push_back({{"path", f.path},
                   {"nlink", f.nlink},
                   {"size", f.size},
                   {"mtime", static_cast<double>(f.mtime)},
                   {"mode", mode_text(f.mode)},
                   {"uid", f.uid},
                   {"gid", f.gid}});
  return json(dump(all));
}

/// A number of the query, -1 when it is absent; or the refusal.
std::variant<int64_t, response> number(const request& req, const std::string& name) {
  auto text = req.parameter(name);
  if (!text)
    return int64_t{-1};
  int64_t value = 0;
  auto end = text->data() + text->size();
  auto [p, code] = std::from_chars(text->data(), end, value);
  if (code != std::errc() || p != end)
    return error(400,
                 "Failed to parse " + name + ": Failed to convert '" + *text + "' to number.\n");
  if (value < -1)
    return error(400, "Negative " + name + " provided: " + *text + ".\n");
  return value;
}

/// A read that stops within a character leaves that character to the next read.
void drop_split_character(std::string& data) {
  for (size_t back = 1; back <= std::min<size_t>(3, data.size()); ++back) {
    auto c = static_cast<unsigned char>(data[data.size() - back]);
    if ((c & 0xC0) == 0x80)
      continue;
    size_t wanted = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
    if (wanted > back && back < data.size())
      data.resize(data.size() - back);
    return;
  }
}

response read(const file_table& table, const request& req) {
  auto path = req.parameter("path");
  if (!path || path->empty())
    return path_missing();
  auto offset = number(req, "offset");
  if (auto refusal = std::get_if<response>(&offset))
    return std::move(*refusal);
  auto length = number(req, "length");
  if (auto refusal = std::get_if<response>(&length))
    return std::move(*refusal);
  auto from = std::get<int64_t>(offset);
  auto wanted = std::get<int64_t>(length);
  auto most = wanted < 0 ? max_read : std::min(wanted, max_read);
  auto got = table.read(*path, from < 0 ? UINT64_MAX : static_cast<uint64_t>(from),
                        static_cast<uint64_t>(most), req.principal);
  if (auto problem = std::get_if<file_problem>(&got))
    return refuse(*problem);
  auto& part = std::get<file_table::slice>(got);
  if (from >= 0 && static_cast<uint64_t>(from) + part.data.size() < part.size)
    drop_split_character(part.data);
  auto at = from < 0 ? part.size : static_cast<uint64_t>(from);
  return json(dump({{"data", std::move(part.data)}, {"offset", at}}));
}

response download(const file_table& table, const request& req) {
  auto path = req.parameter("path");
  if (!path || path->empty())
    return path_missing();
  auto opened = table.open(*path, req.principal);
  if (auto problem = std::get_if<file_problem>(&opened))
    return problem->status == 404 ? error(404, "404 Not Found.") : refuse(*problem);
  auto slice = to_slice(std::move(std::get<unique_fd>(opened)));
  if (!slice)
    return error(400, errno == EISDIR ? "Cannot download a directory.\n"
                                      : "Cannot download what is no regular file.\n");
  response r;
  r.content_type = type_by_extension(*path);
  r.headers.add("Content-Disposition", disposition(*path));
  r.file = std::move(slice);
  return r;
}

std::string_view base_name(std::string_view path) {
  while (path.ends_with('/'))
    path.remove_suffix(1);
  return path.substr(path.rfind('/') + 1);
}

} // namespace

void add_file_routes(router& r, std::shared_ptr<const file_table> table, const std::string& realm) {
  auto add = [&](const char* path, std::function<response(const request&)> f) {
    route endpoint;
    endpoint.actor = "files";
    endpoint.handle = answering(std::move(f));
    endpoint.realm = realm;
    endpoint.path = path;
    r.add(endpoint);
    r.alias("files", std::string(path) + ".json", path);
  };
  add("/browse", [table](const request& req) { return browse(*table, req); });
  add("/read", [table](const request& req) { return read(*table, req); });
  add("/download", [table](const request& req) { return download(*table, req); });
  add("/debug", [table](const request&) { return json(dump(table->attachments())); });
}

std::string mode_text(uint32_t mode) {
  std::string text = "?rwxrwxrwx";
  constexpr std::pair<uint32_t, char> kinds[] = {{S_IFREG, '-'}, {S_IFDIR, 'd'},  {S_IFLNK, 'l'},
                                                 {S_IFIFO, 'p'}, {S_IFSOCK, 's'}, {S_IFCHR, 'c'},
                                                 {S_IFBLK, 'b'}};
  for (auto [kind, letter] : kinds)
    if ((mode & S_IFMT) == kind)
      text[0] = letter;
  for (size_t i = 0; i < 9; ++i)
    if (!(mode & (0400u >> i)))
      text[i + 1] = '-';
  return text;
}

std::string_view type_by_extension(std::string_view path) {
  static constexpr std::pair<std::string_view, std::string_view> types[] = {
      {"bz2", "application/x-bzip2"},
      {"css", "text/css"},
      {"csv", "text/csv"},
      {"eot", "application/vnd.ms-fontobject"},
      {"gif", "image/gif"},
      {"gz", "application/gzip"},
      {"htm", "text/html"},
      {"html", "text/html"},
      {"ico", "image/x-icon"},
      {"jpeg", "image/jpeg"},
      {"jpg", "image/jpeg"},
      {"js", "application/javascript"},
      {"json", "application/json"},
      {"md", "text/markdown"},
      {"pdf", "application/pdf"},
      {"png", "image/png"},
      {"py", "text/x-python"},
      {"sh", "application/x-sh"},
      {"svg", "image/svg+xml"},
      {"tar", "application/x-tar"},
      {"tgz", "application/gzip"},
      {"ttf", "font/ttf"},
      {"txt", "text/plain"},
      {"woff", "font/woff"},
      {"woff2", "font/woff2"},
      {"xml", "application/xml"},
      {"zip", "application/zip"}};
  auto base = base_name(path);
  auto dot = base.rfind('.');
  if (dot != base.npos)
    for (auto [extension, type] : types)
      if (base.substr(dot + 1) == extension)
        return type;
  return "application/octet-stream";
}

std::string disposition(std::string_view path) {
  auto base = base_name(path);
  auto plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  };
  if (!base.empty() && std::all_of(base.begin(), base.end(), plain))
    return "attachment; filename=" + std::string(base);
  std::string quoted;
  for (char c : base) {
    if (c == '"' || c == '\\')
      quoted += '\\';
    quoted += static_cast<unsigned char>(c) < 32 || c == 127 ? '_' : c;
  }
  return "attachment; filename=\"" + quoted + "\"";
}

} // namespace troupe::http
