/// Puts the files that a command asks for into its sandbox before it starts.
#pragma once

#include "isolators/archive.hpp"
#include "isolators/download.hpp"
#include "isolators/user.hpp"
#include "model/outcome.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace troupe::isolators {

/// CommandInfo.URI.
struct fetch_item {
  std::string uri;
  std::string output_file; ///< relative path in the sandbox; empty: the last part of the URI
  bool executable = false; ///< may be executed, and is not unpacked
  bool extract = true;     ///< unpack when the name is that of an archive
};

struct fetch_options {
  std::string frameworks_home; ///< where relative paths start; empty: they are refused
  download_limits download;
  unpack_limits unpack;
};

/// Where an item's content comes from.
struct fetch_source {
  enum class kind { file, network } how = kind::file;
  std::string location; ///< absolute path, or the URI
  std::string output;   ///< tidy relative path in the sandbox
};

/// Decide without touching anything: schemes, relative paths, the name in the sandbox.
[[nodiscard]] outcome<fetch_source> plan_fetch(const fetch_item& item,
                                               const fetch_options& options);

/// Fetch all items in order, with the user's rights, not root's: what the user may not read is not copied,
/// and everything belongs to the user. One line per step goes to the sandbox's `stderr` file. The failure
/// names the URI. Blocks.
[[nodiscard]] std::optional<failure> fetch(const std::vector<fetch_item>& items,
                                           const std::string& sandbox, const user_identity& user,
                                           const fetch_options& options, std::stop_token stop);

} // namespace troupe::isolators
