#include "isolators/launch_spec.hpp"

#include "isolators/container_record.hpp"
#include "isolators/files.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

namespace troupe::isolators {
namespace {

class description_writer {
 public:
  description_writer() { bytes_.resize(sizeof(init::description_header)); }

  void add(init::tag kind, std::string_view content) {
    const init::record_header record{kind, static_cast<std::uint32_t>(content.size())};
    bytes_.append(reinterpret_cast<const char*>(&record), sizeof record);
    bytes_.append(content);
    bytes_.append(init::padded(content.size()) - content.size(), '\0');
  }

  template <class T>
  void add_value(init::tag kind, const T& value) {
    add(kind, {reinterpret_cast<const char*>(&value), sizeof value});
  }

  std::string finish() {
    const init::description_header header{init::description_magic,
                                          static_cast<std::uint32_t>(bytes_.size())};
    std::memcpy(bytes_.data(), &header, sizeof header);
    return std::move(bytes_);
  }

 private:
  std::string bytes_;
};

std::optional<failure> check_path(std::string_view what, const std::string& path) {
  if (path.starts_with('/') && path.find('\0') == std::string::npos)
    return std::nullopt;
  return failure{std::string(what) + " '" + path + "' is not an absolute path"};
}

std::optional<failure> check(const launch_spec& spec) {
  if (spec.executable.empty())
    return failure{"the command has no executable"};
  if (spec.executable.find('\0') != std::string::npos)
    return failure{"the name of the executable contains a zero byte"};
  for (const auto& argument : spec.arguments) {
    if (argument.find('\0') != std::string::npos)
      return failure{"an argument of the command contains a zero byte"};
  }
  for (const auto& [name, value] : spec.environment) {
    if (name.empty() || name.find('=') != std::string::npos || name.find('\0') != std::string::npos)
      return failure{"environment variable '" + name + "' has no usable name"};
    if (value.find('\0') != std::string::npos)
      return failure{"the value of environment variable '" + name + "' contains a zero byte"};
  }
  for (const auto& [what, path] :
       {std::pair{"runtime directory", &spec.runtime_directory},
        std::pair{"working directory", &spec.directory},
        std::pair{"stdout file", &spec.stdout_path}, std::pair{"stderr file", &spec.stderr_path}}) {
    if (auto bad = check_path(what, *path))
      return bad;
  }
  return std::nullopt;
}

std::string encode(const launch_spec& spec) {
  description_writer out;
  out.add(init::tag::executable, spec.executable);
  for (const auto& argument : spec.arguments)
    out.add(init::tag::argument, argument);
  if (spec.arguments.empty())
    out.add(init::tag::argument, spec.executable);
  for (const auto& [name, value] : spec.environment)
    out.add(init::tag::variable, name + '=' + value);
  out.add(init::tag::directory, spec.directory);
  out.add(init::tag::stdout_path, spec.stdout_path);
  out.add(init::tag::stderr_path, spec.stderr_path);
  out.add(init::tag::status_path, status_path(spec.runtime_directory));
  if (spec.user) {
    out.add_value(init::tag::credentials, init::credentials{spec.user->uid, spec.user->gid});
    for (const gid_t group : spec.user->groups)
      out.add_value(init::tag::group, group);
  }
  for (const auto& limit : spec.rlimits)
    out.add_value(init::tag::rlimit, limit);
  out.add_value(init::tag::file_mask, static_cast<std::uint32_t>(spec.file_mask));
  return out.finish();
}

/// What a step was about, quoted; empty when it was about none of the spec's texts.
std::string subject(const init::report& report, const launch_spec& spec) {
  switch (report.where) {
  case init::step::open_stdout:
    return " '" + spec.stdout_path + "'";
  case init::step::open_stderr:
    return " '" + spec.stderr_path + "'";
  case init::step::enter_directory:
    return " '" + spec.directory + "'";
  case init::step::execute:
    return " '" + spec.executable + "'";
  case init::step::set_groups:
  case init::step::set_gid:
  case init::step::set_uid:
    return spec.user ? " to that of '" + spec.user->name + "'" : "";
  default:
    return "";
  }
}

} // namespace

outcome<file_descriptor> describe(const launch_spec& spec) {
  if (auto bad = check(spec))
    return *bad;
  file_descriptor file(::memfd_create("troupe-launch", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file)
    return system_failure("make a memory file for", spec.label);
  const std::string bytes = encode(spec);
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t done = ::write(file.get(), bytes.data() + at, bytes.size() - at);
    if (done < 0 && errno == EINTR)
      continue;
    if (done < 0)
      return system_failure("describe the launch of", spec.label);
    at += static_cast<std::size_t>(done);
  }
  if (::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) !=
      0)
    return system_failure("seal the description of", spec.label);
  return file;
}

std::string failure_text(const init::report& report, const launch_spec& spec) {
  return std::string("cannot ") + init::to_string(report.where) + subject(report, spec) + ": " +
         std::strerror(report.error);
}

} // namespace troupe::isolators
