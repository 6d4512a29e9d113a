#include "isolators/fetcher.hpp"

#include "isolators/files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::isolators {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// The last part of a path, or of the path of a URI.
outcome<std::string> base_name(const std::string& uri) {
  std::string path = uri;
  if (const auto scheme = uri.find("://"); scheme != std::string::npos) {
    const auto slash = uri.find('/', scheme + 3);
    if (slash == std::string::npos)
      return failure{"the URI has no path"};
    path = uri.substr(slash);
  }
  const std::string name = path.substr(path.rfind('/') + 1);
  if (name.empty())
    return failure{"the URI ends in '/' and so names no file"};
  return name;
}

outcome<fetch_source> find_source(const std::string& uri, const fetch_options& options) {
  const auto separator = uri.find("://");
  if (separator == std::string::npos) {
    if (uri.starts_with('/'))
      return fetch_source{fetch_source::kind::file, uri, {}};
    if (options.frameworks_home.empty())
      return failure{"a relative path needs the agent's --frameworks_home"};
    return fetch_source{fetch_source::kind::file, options.frameworks_home + '/' + uri, {}};
  }
  const std::string scheme = lower(uri.substr(0, separator));
  if (scheme == "file") {
    std::string path = uri.substr(separator + 3);
    if (path.starts_with("localhost/"))
      path.erase(0, std::string("localhost").size());
    if (!path.starts_with('/'))
      return failure{"a file URI needs an absolute path"};
    return fetch_source{fetch_source::kind::file, path, {}};
  }
  for (const char* known : {"http", "https", "ftp", "ftps"}) {
    if (scheme == known)
      return fetch_source{fetch_source::kind::network, uri, {}};
  }
  return failure{"the scheme '" + scheme + "' is not supported"};
}

outcome<std::uint64_t> copy_file(const std::string& path, const file_descriptor& target,
                                 const std::stop_token& stop) {
  const file_descriptor source(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!source)
    return system_failure("read", path);
  struct stat info {};
  if (::fstat(source.get(), &info) != 0)
    return system_failure("read", path);
  if (!S_ISREG(info.st_mode))
    return failure{"'" + path + "' is not a regular file"};
  std::uint64_t total = 0;
  for (;;) {
    if (stop.stop_requested())
      return failure{"stopped"};
    const ssize_t done = ::sendfile(target.get(), source.get(), nullptr, 16 << 20);
    if (done < 0 && errno == EINTR)
      continue;
    if (done < 0)
      return system_failure("copy", path);
    if (done == 0)
      return total;
    total += static_cast<std::uint64_t>(done);
  }
}

/// The sandbox's `stderr`, which the user reads. A missing line is no reason to fail a launch.
class sandbox_log {
 public:
  explicit sandbox_log(const folder& sandbox) {
    const int flags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK;
    if (auto file = sandbox.open_file("stderr", flags, 0644))
      file_ = *std::move(file);
  }

  void line(const std::string& text) const {
    if (file_)
      ::dprintf(file_.get(), "fetcher: %s\n", text.c_str());
  }

 private:
  file_descriptor file_;
};

class fetching {
 public:
  fetching(const folder& sandbox, const fetch_options& options, std::stop_token stop)
      : sandbox_(sandbox)
      , options_(options)
      , stop_(std::move(stop))
      , log_(sandbox) {}

  std::optional<failure> take(const fetch_item& item) {
    auto bad = fetch_one(item);
    if (bad) {
      bad->reason = "failed to fetch '" + item.uri + "': " + bad->reason;
      log_.line(bad->reason);
    }
    return bad;
  }

 private:
  std::optional<failure> fetch_one(const fetch_item& item) {
    const auto source = plan_fetch(item, options_);
    if (!source)
      return failure{source.error()};
    log_.line("fetching '" + item.uri + "' to '" + source->output + "'");
    auto target = sandbox_.create_file(source->output, item.executable ? 0755 : 0644);
    if (!target)
      return failure{target.error()};
    const auto size = source->how == fetch_source::kind::network
                          ? download(source->location, *target, options_.download, stop_)
                          : copy_file(source->location, *target, stop_);
    if (!size)
      return failure{size.error()};
    log_.line("fetched " + std::to_string(*size) + " bytes");
    if (item.executable || !item.extract)
      return std::nullopt;
    if (archive_kind_of(source->output) == archive_kind::none) {
      log_.line("'" + source->output + "' is not named like an archive and stays as it is");
      return std::nullopt;
    }
    if (auto bad = unpack(sandbox_, source->output, options_.unpack, stop_))
      return bad;
    log_.line("unpacked '" + source->output + "'");
    return std::nullopt;
  }

  const folder& sandbox_;
  const fetch_options& options_;
  std::stop_token stop_;
  sandbox_log log_;
};

} // namespace

outcome<fetch_source> plan_fetch(const fetch_item& item, const fetch_options& options) {
  if (item.uri.empty() || item.uri.find('\0') != std::string::npos)
    return failure{"the URI is empty or contains a zero byte"};
  auto source = find_source(item.uri, options);
  if (!source)
    return source;
  if (item.output_file.starts_with('/'))
    return failure{"output file '" + item.output_file + "' is not relative to the sandbox"};
  const auto name = item.output_file.empty() ? base_name(item.uri) : outcome(item.output_file);
  if (!name)
    return failure{name.error()};
  auto output = tidy_relative_path(*name);
  if (!output)
    return failure{output.error()};
  source->output = *std::move(output);
  return source;
}

std::optional<failure> fetch(const std::vector<fetch_item>& items, const std::string& sandbox,
                             const user_identity& user, const fetch_options& options,
                             std::stop_token stop) {
  const file_access_as rights(user);
  const auto target = folder::open(sandbox);
  if (!target)
    return failure{target.error()};
  fetching work(*target, options, std::move(stop));
  for (const auto& item : items) {
    if (auto bad = work.take(item))
      return bad;
  }
  return std::nullopt;
}

} // namespace troupe::isolators
