#include "isolators/archive.hpp"

#include "isolators/files.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::isolators {
namespace {

using reader = std::unique_ptr<::archive, int (*)(::archive*)>;

failure archive_failure(::archive* from, const std::string& name) {
  const char* text = ::archive_error_string(from);
  return failure{"cannot unpack '" + name + "': " + (text != nullptr ? text : "unknown error")};
}

/// Names are bytes; libarchive offers them in whichever form the header had.
std::string entry_path(archive_entry* entry) {
  const char* name = ::archive_entry_pathname(entry);
  if (name == nullptr)
    name = ::archive_entry_pathname_utf8(entry);
  return name != nullptr ? name : "";
}

void support(::archive* from, archive_kind kind) {
  switch (kind) {
  case archive_kind::tar:
    ::archive_read_support_format_tar(from);
    ::archive_read_support_format_gnutar(from);
    ::archive_read_support_filter_gzip(from);
    ::archive_read_support_filter_bzip2(from);
    ::archive_read_support_filter_xz(from);
    break;
  case archive_kind::zip:
    ::archive_read_support_format_zip(from);
    break;
  case archive_kind::gzip:
    ::archive_read_support_format_raw(from);
    ::archive_read_support_filter_gzip(from);
    break;
  case archive_kind::none:
    break;
  }
}

/// One archive on its way into a folder.
class unpacking {
 public:
  unpacking(const folder& target, std::string name, const unpack_limits& limits,
            std::stop_token stop)
      : target_(target)
      , name_(std::move(name))
      , limits_(limits)
      , stop_(std::move(stop))
      , kind_(archive_kind_of(name_))
      , from_(::archive_read_new(), ::archive_read_free) {}

  std::optional<failure> run() {
    const auto file = target_.open_file(name_, O_RDONLY);
    if (!file)
      return failure{file.error()};
    support(from_.get(), kind_);
    if (::archive_read_open_fd(from_.get(), file->get(), 64 * 1024) != ARCHIVE_OK)
      return archive_failure(from_.get(), name_);
    for (;;) {
      archive_entry* entry = nullptr;
      const int result = ::archive_read_next_header(from_.get(), &entry);
      if (result == ARCHIVE_EOF)
        return std::nullopt;
      if (result < ARCHIVE_WARN)
        return archive_failure(from_.get(), name_);
      // The raw format takes anything, also what was never compressed.
      if (kind_ == archive_kind::gzip &&
          ::archive_filter_code(from_.get(), 0) != ARCHIVE_FILTER_GZIP)
        return failure{"cannot unpack '" + name_ + "': not in gzip format"};
      if (auto bad = take(entry))
        return failure{"cannot unpack '" + name_ + "': " + bad->reason};
    }
  }

 private:
  std::optional<failure> take(archive_entry* entry) {
    if (kind_ == archive_kind::gzip)
      return write_file(entry, name_.substr(0, name_.size() - std::strlen(".gz")), 0644);
    const std::string path = entry_path(entry);
    auto relative = tidy_relative_path(path);
    if (!relative) // "./" is the folder itself
      return path.find_first_not_of("./") == std::string::npos && path.find("..") == path.npos
                 ? std::nullopt
                 : std::optional(failure{relative.error()});
    if (const char* existing = ::archive_entry_hardlink(entry)) {
      const auto other = tidy_relative_path(existing);
      if (!other)
        return failure{other.error()};
      return target_.create_hard_link(*other, *relative);
    }
    const auto mode = static_cast<mode_t>(::archive_entry_perm(entry)) & 0777;
    switch (::archive_entry_filetype(entry)) {
    case AE_IFREG:
      return write_file(entry, *relative, mode);
    case AE_IFDIR:
      return target_.make_folders(*relative, mode | 0700);
    case AE_IFLNK:
      return target_.create_link(::archive_entry_symlink(entry), *relative);
    default:
      return failure{"'" + *relative + "' is a device, pipe or socket"};
    }
  }

  std::optional<failure> write_file(archive_entry* entry, const std::string& path, mode_t mode) {
    const auto file = target_.create_file(path, mode);
    if (!file)
      return failure{file.error()};
    const void* block = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    for (;;) {
      if (stop_.stop_requested())
        return failure{"stopped"};
      const int result = ::archive_read_data_block(from_.get(), &block, &size, &offset);
      if (result == ARCHIVE_EOF)
        break;
      if (result < ARCHIVE_WARN)
        return archive_failure(from_.get(), path);
      total_ += size;
      if (limits_.max_bytes != 0 && total_ > limits_.max_bytes)
        return failure{"it holds more than " + std::to_string(limits_.max_bytes) + " bytes"};
      if (::pwrite(file->get(), block, size, offset) != static_cast<ssize_t>(size))
        return system_failure("write", path);
    }
    // A hole at the end is no block: only the size tells of it.
    if (kind_ != archive_kind::gzip && ::archive_entry_size_is_set(entry) &&
        ::ftruncate(file->get(), ::archive_entry_size(entry)) != 0)
      return system_failure("write", path);
    const timespec times[2] = {{0, UTIME_NOW}, {::archive_entry_mtime(entry), 0}};
    if (::archive_entry_mtime_is_set(entry) && ::futimens(file->get(), times) != 0)
      return system_failure("set the time of", path);
    return std::nullopt;
  }

  const folder& target_;
  std::string name_;
  unpack_limits limits_;
  std::stop_token stop_;
  archive_kind kind_;
  reader from_;
  std::uint64_t total_ = 0;
};

} // namespace

archive_kind archive_kind_of(const std::string& name) {
  for (const char* suffix : {".tar", ".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz"}) {
    if (name.ends_with(suffix))
      return archive_kind::tar;
  }
  if (name.ends_with(".zip"))
    return archive_kind::zip;
  return name.ends_with(".gz") ? archive_kind::gzip : archive_kind::none;
}

std::optional<failure> unpack(const folder& target, const std::string& archive,
                              const unpack_limits& limits, std::stop_token stop) {
  return unpacking(target, archive, limits, std::move(stop)).run();
}

} // namespace troupe::isolators
