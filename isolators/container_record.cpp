#include "isolators/container_record.hpp"

#include "isolators/files.hpp"

#include <charconv>
#include <filesystem>

namespace troupe::isolators {
namespace {

namespace fs = std::filesystem;

/// Records of the folder `containers` below `base`; `prefix` is the parent's id and a dot, or empty.
std::optional<failure> collect(const std::string& base, const std::string& prefix,
                               std::vector<container_record>& out) {
  const std::string folder = base + "/containers";
  std::error_code error;
  if (!fs::exists(folder, error))
    return std::nullopt;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code type_error;
    if (!entry->is_directory(type_error) || entry->is_symlink(type_error))
      continue;
    const std::string id = prefix + entry->path().filename().string();
    container_record record;
    record.id = container_id(id);
    record.directory = entry->path().string();
    if (const auto text = read_file(pid_path(record.directory), 256))
      record.identity = parse_identity(*text);
    record.status = read_status(record.directory);
    const std::string directory = record.directory;
    out.push_back(std::move(record));
    if (auto bad = collect(directory, id + ".", out))
      return bad;
  }
  if (error)
    return failure{"cannot list the containers in '" + folder + "': " + error.message()};
  return std::nullopt;
}

} // namespace

std::string runtime_directory(const std::string& runtime_dir, const container_id& id) {
  std::string path = runtime_dir;
  const std::string& text = id.value();
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t dot = std::min(text.find('.', at), text.size());
    path.append("/containers/").append(text, at, dot - at);
    at = dot + 1;
  }
  return path;
}

std::optional<int> read_status(const std::string& directory) {
  const auto text = read_file(status_path(directory), 64);
  if (!text)
    return std::nullopt;
  int status = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), status);
  return error == std::errc{} ? std::optional(status) : std::nullopt;
}

outcome<std::vector<container_record>> read_records(const std::string& runtime_dir) {
  std::vector<container_record> records;
  if (auto bad = collect(runtime_dir, "", records))
    return *bad;
  return records;
}

} // namespace troupe::isolators
