#include "daemons/troupe_init/description.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
#include <sys/stat.h>

namespace troupe::init {
namespace {

/// A growing array of plain values; init lives as long as its container, so nothing is given back.
template <class T>
bool append(T*& items, std::size_t& count, T value) {
  auto* grown = static_cast<T*>(std::realloc(items, (count + 1) * sizeof(T)));
  if (grown == nullptr)
    return false;
  items = grown;
  items[count++] = value;
  return true;
}

struct counts {
  std::size_t arguments = 0;
  std::size_t variables = 0;
};

/// Take one record over. `content` is followed by at least one zero byte.
bool take(const record_header& record, char* content, description& out, counts& seen) {
  switch (record.kind) {
  case tag::argument:
    return append(out.arguments, seen.arguments, content);
  case tag::variable:
    return append(out.variables, seen.variables, content);
  case tag::executable:
    out.executable = content;
    return true;
  case tag::directory:
    out.directory = content;
    return true;
  case tag::stdout_path:
    out.stdout_path = content;
    return true;
  case tag::stderr_path:
    out.stderr_path = content;
    return true;
  case tag::status_path:
    out.status_path = content;
    return true;
  case tag::credentials:
    out.user = reinterpret_cast<const credentials*>(content);
    return record.length == sizeof(credentials);
  case tag::group: {
    gid_t group = 0;
    if (record.length != sizeof group)
      return false;
    std::memcpy(&group, content, sizeof group);
    return append(out.groups, out.group_count, group);
  }
  case tag::rlimit: {
    resource_limit limit{};
    if (record.length != sizeof limit)
      return false;
    std::memcpy(&limit, content, sizeof limit);
    return append(out.rlimits, out.rlimit_count, limit);
  }
  case tag::file_mask:
    if (record.length != sizeof(std::uint32_t))
      return false;
    std::memcpy(&out.file_mask, content, sizeof(std::uint32_t));
    return true;
  }
  return false;
}

bool complete(const description& d) {
  return d.executable != nullptr && d.directory != nullptr && d.stdout_path != nullptr &&
         d.stderr_path != nullptr && d.status_path != nullptr;
}

} // namespace

int read_description(int fd, description& out) {
  struct stat info {};
  if (fstat(fd, &info) != 0)
    return errno;
  const auto size = static_cast<std::size_t>(info.st_size);
  if (size < sizeof(description_header))
    return EPROTO;
  void* base = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  if (base == MAP_FAILED)
    return errno;
  auto* bytes = static_cast<char*>(base);
  description_header header{};
  std::memcpy(&header, bytes, sizeof header);
  if (header.magic != description_magic || header.size != size)
    return EPROTO;
  counts seen;
  for (std::size_t at = sizeof header; at < size;) {
    record_header record{};
    if (size - at < sizeof record)
      return EPROTO;
    std::memcpy(&record, bytes + at, sizeof record);
    at += sizeof record;
    if (size - at < padded(record.length) || !take(record, bytes + at, out, seen))
      return EPROTO;
    at += padded(record.length);
  }
  if (!complete(out) || seen.arguments == 0)
    return EPROTO;
  char* end = nullptr;
  const bool ended =
      append(out.arguments, seen.arguments, end) && append(out.variables, seen.variables, end);
  return ended ? 0 : ENOMEM;
}

} // namespace troupe::init
