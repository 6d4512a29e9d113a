/// The store keeps named variables of bytes, each with a version, where they survive the process. A
/// writer says which version it read, so two writers never overwrite each other unseen.
///
///   registrar ──fetch_variable──▶ store ──▶ stored_variable
///   registrar ──store_variable──▶ store ──▶ variable_version   (durable once answered)
#pragma once

#include "protocol/base.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe {

/// Why the store refused or failed; the error's context carries the reason as text.
enum class store_ec : std::uint8_t {
  none = 0,
  conflict,   ///< the variable has another version than the writer expected
  corrupted,  ///< what is stored is damaged; nothing was returned or changed
  unwritable, ///< no permission, or a read-only place
  full,       ///< no space left; nothing was changed
  busy,       ///< another process uses this store
  failed,     ///< any other failure of the storage
};

std::string_view to_string(store_ec code);
/// An error that actors answer with; its reason: `variable 'registry' has version 3, not 2`.
caf::error make_error(store_ec code, std::string reason);
/// The code of an error made above; `none` for every other error.
store_ec store_code(const caf::error& error);
/// The reason as one line; for every other error what CAF says of it.
std::string store_reason(const caf::error& error);

/// Answered with the variable; version 0 and no bytes if it was never stored.
struct fetch_variable {
  std::string name;
};

struct stored_variable {
  std::string bytes;
  std::uint64_t version = 0;
};

/// Replace a variable. `expected_version` is what the writer fetched or was answered last; 0 =
/// never stored.
struct store_variable {
  std::string name;
  std::uint64_t expected_version = 0;
  std::string bytes;
};

/// The version that the bytes got: the expected one plus one.
struct variable_version {
  std::uint64_t version = 0;
};

using store_actor = caf::typed_actor<caf::replies_to<fetch_variable>::with<stored_variable>,
                                     caf::replies_to<store_variable>::with<variable_version>>;

} // namespace troupe

TROUPE_MESSAGE(troupe::fetch_variable)
TROUPE_MESSAGE(troupe::stored_variable)
TROUPE_MESSAGE(troupe::store_variable)
TROUPE_MESSAGE(troupe::variable_version)
