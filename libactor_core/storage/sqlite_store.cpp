#include "storage/sqlite_store.hpp"

#include "storage/checksum.hpp"

#include <caf/all.hpp>
#include <sqlite3.h>

#include <cerrno>

namespace troupe {

namespace {

/// The layout of the file; a later one gets a migration and another number.
constexpr int layout = 1;

/// An I/O error in front of a quota or a file size limit means that the disk is full for us.
bool is_full(int system_error) {
  return system_error == ENOSPC || system_error == EFBIG || system_error == EDQUOT;
}

store_ec classify(int code) {
  switch (code & 0xff) {
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB:
    return store_ec::corrupted;
  case SQLITE_READONLY:
  case SQLITE_CANTOPEN:
  case SQLITE_PERM:
  case SQLITE_AUTH:
    return store_ec::unwritable;
  case SQLITE_FULL:
    return store_ec::full;
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return store_ec::busy;
  default:
    return store_ec::failed;
  }
}

/// Rolls back unless it is committed.
class transaction {
 public:
  explicit transaction(sqlite3* database)
      : database_(database) {}
  ~transaction() {
    if (sqlite3_get_autocommit(database_) == 0)
      sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
  }

 private:
  sqlite3* database_;
};

} // namespace

void sqlite_store::close_database::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}

void sqlite_store::end_statement::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

caf::error sqlite_store::problem(int code, const std::string& what) const {
  // SQLite keeps only its own code; the system's is still in errno, which put() has cleared before.
  auto system_error = errno;
  auto kind = classify(code);
  if (code == SQLITE_IOERR && is_full(system_error))
    kind = store_ec::full;
  std::string why = database_ ? sqlite3_errmsg(database_.get()) : sqlite3_errstr(code);
  if (kind == store_ec::busy)
    why = "another process uses it";
  return make_error(kind, "cannot " + what + " store " + file_ + ": " + why);
}

caf::error sqlite_store::execute(const char* sql) {
  auto code = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? caf::none : problem(code, "use");
}

caf::expected<sqlite_store::statement> sqlite_store::prepare(const char* sql) {
  sqlite3_stmt* raw = nullptr;
  auto code = sqlite3_prepare_v2(database_.get(), sql, -1, &raw, nullptr);
  if (code != SQLITE_OK)
    return problem(code, "read");
  return statement(raw);
}

caf::expected<sqlite_store> sqlite_store::open(const std::filesystem::path& file) {
  sqlite_store store;
  store.file_ = file.string();
  std::error_code failed;
  if (file.has_parent_path())
    std::filesystem::create_directories(file.parent_path(), failed);
  if (failed)
    return make_error(store_ec::unwritable,
                      "cannot make the folder of store " + store.file_ + ": " + failed.message());
  if (auto error = store.connect())
    return error;
  if (auto error = store.prepare_schema())
    return error;
  return store;
}

caf::error sqlite_store::connect() {
  sqlite3* raw = nullptr;
  auto code =
      sqlite3_open_v2(file_.c_str(), &raw,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  database_.reset(raw);
  if (code != SQLITE_OK)
    return problem(code, "open");
  if (sqlite3_db_readonly(raw, "main") == 1)
    return make_error(store_ec::unwritable, "cannot open store " + file_ + ": it is read-only");
  return caf::none;
}

caf::error sqlite_store::prepare_schema() {
  for (const auto* sql : {"PRAGMA locking_mode=EXCLUSIVE", "PRAGMA journal_mode=WAL",
                          "PRAGMA synchronous=FULL", "BEGIN IMMEDIATE"})
    if (auto error = execute(sql))
      return error;
  transaction guard(database_.get());
  auto version = prepare("PRAGMA user_version");
  if (!version)
    return version.error();
  sqlite3_step(version->get());
  auto found = sqlite3_column_int(version->get(), 0);
  version->reset();
  if (found > layout)
    return make_error(store_ec::failed, "cannot use store " + file_ + ": layout " +
                                            std::to_string(found) + " is of a newer version");
  if (auto error = execute("CREATE TABLE IF NOT EXISTS variables(name TEXT PRIMARY KEY,"
                           " version INTEGER NOT NULL, checksum INTEGER NOT NULL,"
                           " bytes BLOB NOT NULL) WITHOUT ROWID;"
                           "PRAGMA user_version=1"))
    return error;
  if (auto error = execute("COMMIT"))
    return error;
  auto check = prepare("PRAGMA quick_check(1)");
  if (!check)
    return check.error();
  auto code = sqlite3_step(check->get());
  if (code != SQLITE_ROW)
    return problem(code, "check");
  std::string verdict = reinterpret_cast<const char*>(sqlite3_column_text(check->get(), 0));
  if (verdict != "ok")
    return make_error(store_ec::corrupted, "store " + file_ + " is damaged: " + verdict);
  return caf::none;
}

caf::expected<stored_variable> sqlite_store::fetch(const std::string& name) {
  auto query = prepare("SELECT version, checksum, bytes FROM variables WHERE name=?1");
  if (!query)
    return query.error();
  sqlite3_bind_text(query->get(), 1, name.data(), static_cast<int>(name.size()), SQLITE_STATIC);
  auto code = sqlite3_step(query->get());
  if (code == SQLITE_DONE)
    return stored_variable{};
  if (code != SQLITE_ROW)
    return problem(code, "read");
  stored_variable result;
  result.version = static_cast<std::uint64_t>(sqlite3_column_int64(query->get(), 0));
  auto sum = static_cast<std::uint64_t>(sqlite3_column_int64(query->get(), 1));
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(query->get(), 2));
  result.bytes.assign(bytes ? bytes : "",
                      static_cast<std::size_t>(sqlite3_column_bytes(query->get(), 2)));
  if (checksum(result.bytes) != sum)
    return make_error(store_ec::corrupted, "variable '" + name + "' in store " + file_ +
                                               " is damaged: its checksum does not match");
  return result;
}

caf::expected<variable_version> sqlite_store::put(const std::string& name,
                                                  std::uint64_t expected_version,
                                                  const std::string& bytes) {
  auto change =
      prepare(expected_version == 0 ? "INSERT INTO variables(name, version, checksum, bytes)"
                                      " VALUES(?1, ?2 + 1, ?3, ?4) ON CONFLICT(name) DO NOTHING"
                                    : "UPDATE variables SET version=?2 + 1, checksum=?3, bytes=?4"
                                      " WHERE name=?1 AND version=?2");
  if (!change)
    return change.error();
  sqlite3_bind_text(change->get(), 1, name.data(), static_cast<int>(name.size()), SQLITE_STATIC);
  sqlite3_bind_int64(change->get(), 2, static_cast<sqlite3_int64>(expected_version));
  sqlite3_bind_int64(change->get(), 3, static_cast<sqlite3_int64>(checksum(bytes)));
  sqlite3_bind_blob64(change->get(), 4, bytes.data(), bytes.size(), SQLITE_STATIC);
  errno = 0;
  auto code = sqlite3_step(change->get());
  if (code != SQLITE_DONE)
    return problem(code, "write");
  if (sqlite3_changes(database_.get()) == 1)
    return variable_version{expected_version + 1};
  change->reset();
  auto present = fetch(name);
  if (!present)
    return present.error();
  return make_error(store_ec::conflict, "variable '" + name + "' has version " +
                                            std::to_string(present->version) + ", not " +
                                            std::to_string(expected_version));
}

caf::expected<void> sqlite_store::limit_size(std::uint64_t bytes) {
  auto query = prepare("PRAGMA page_size");
  if (!query)
    return query.error();
  sqlite3_step(query->get());
  auto page = static_cast<std::uint64_t>(std::max(512, sqlite3_column_int(query->get(), 0)));
  query->reset();
  auto pages = std::to_string((bytes + page - 1) / page);
  if (auto error = execute(("PRAGMA max_page_count=" + pages).c_str()))
    return error;
  return caf::unit;
}

} // namespace troupe
