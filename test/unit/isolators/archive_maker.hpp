/// Archives of any shape, honest or not.
#pragma once

#include <catch2/catch.hpp>

#include <archive.h>
#include <archive_entry.h>
#include <string>
#include <vector>

namespace troupe::isolators::test {

struct member {
  std::string path;
  std::string content = {};
  int type = AE_IFREG;
  int mode = 0644;
  std::string link = {};      ///< target of a symbolic link
  std::string hard_link = {}; ///< name of the other one
};

/// `format`: the name's suffix.
inline void make_archive(const std::string& file, const std::vector<member>& members) {
  ::archive* out = ::archive_write_new();
  if (file.ends_with(".zip"))
    ::archive_write_set_format_zip(out);
  else
    ::archive_write_set_format_pax_restricted(out);
  if (file.ends_with("gz"))
    ::archive_write_add_filter_gzip(out);
  if (file.ends_with("bz2"))
    ::archive_write_add_filter_bzip2(out);
  if (file.ends_with("xz"))
    ::archive_write_add_filter_xz(out);
  REQUIRE(::archive_write_open_filename(out, file.c_str()) == ARCHIVE_OK);
  for (const auto& one : members) {
    archive_entry* entry = ::archive_entry_new();
    ::archive_entry_set_pathname(entry, one.path.c_str());
    ::archive_entry_set_filetype(entry, static_cast<unsigned>(one.type));
    ::archive_entry_set_perm(entry, static_cast<__LA_MODE_T>(one.mode));
    ::archive_entry_set_size(entry, static_cast<la_int64_t>(one.content.size()));
    ::archive_entry_set_mtime(entry, 1'000'000'000, 0);
    if (!one.link.empty())
      ::archive_entry_set_symlink(entry, one.link.c_str());
    if (!one.hard_link.empty())
      ::archive_entry_set_hardlink(entry, one.hard_link.c_str());
    REQUIRE(::archive_write_header(out, entry) == ARCHIVE_OK);
    REQUIRE(::archive_write_data(out, one.content.data(), one.content.size()) ==
            static_cast<la_ssize_t>(one.content.size()));
    ::archive_entry_free(entry);
  }
  REQUIRE(::archive_write_close(out) == ARCHIVE_OK);
  ::archive_write_free(out);
}

} // namespace troupe::isolators::test
