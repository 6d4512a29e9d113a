#pragma once

#include "http/file_table.hpp"
#include "http/router.hpp"

#include <memory>
#include <string>

namespace troupe::http {

/// Adds `/files/browse`, `/files/read`, `/files/download` and `/files/debug`, each also with
/// `.json` behind it, for any method.
void add_file_routes(router& r, std::shared_ptr<const file_table> table, const std::string& realm);

/// `-rw-r--r--` of an st_mode.
std::string mode_text(uint32_t mode);

/// Media type by the file's extension; `application/octet-stream` when unknown.
std::string_view type_by_extension(std::string_view path);

/// `attachment; filename=<base>`, quoted where the name is no token.
std::string disposition(std::string_view path);

} // namespace troupe::http
