/// Named versioned variables in an SQLite file: the embedded, durable store. Blocking; in daemons
/// it lives in a detached actor (store_actor.hpp).
#pragma once

#include "protocol/storage.hpp"

#include <caf/expected.hpp>

#include <filesystem>
#include <memory>

struct sqlite3;
struct sqlite3_stmt;

namespace troupe {

/// The only user of its file: a second one, in this process or another, is refused with `busy`.
/// What `put` has answered survives the death of process and machine (write-ahead log, synced at
/// each commit). Each value carries a checksum, so damage is noticed instead of believed.
class sqlite_store {
 public:
  /// Opens or makes the file, and the folder it is in. The error names the file.
  static caf::expected<sqlite_store> open(const std::filesystem::path& file);

  sqlite_store(sqlite_store&&) noexcept = default;
  sqlite_store& operator=(sqlite_store&&) noexcept = default;

  /// Version 0 and no bytes for a variable that was never stored.
  caf::expected<stored_variable> fetch(const std::string& name);

  /// Replaces the variable if it has `expected_version` (0: never stored), else answers `conflict`.
  caf::expected<variable_version> put(const std::string& name, std::uint64_t expected_version,
                                      const std::string& bytes);

  /// Refuses to grow beyond this many bytes, as a full disk would; rounded up to whole pages.
  caf::expected<void> limit_size(std::uint64_t bytes);

 private:
  struct close_database {
    void operator()(sqlite3* database) const;
  };
  struct end_statement {
    void operator()(sqlite3_stmt* statement) const;
  };
  using statement = std::unique_ptr<sqlite3_stmt, end_statement>;

  sqlite_store() = default;

  caf::error connect();
  caf::error prepare_schema();
  caf::error execute(const char* sql);
  caf::expected<statement> prepare(const char* sql);
  caf::error problem(int code, const std::string& what) const;

  std::string file_;
  std::unique_ptr<sqlite3, close_database> database_;
};

} // namespace troupe
