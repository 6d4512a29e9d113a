/// Text forms of resources: what operators write in flags and read in logs.
#pragma once

#include "model/outcome.hpp"
#include "model/resources.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// Parses `cpus:4;mem(role):1024;ports:[31000-32000];x:{a, b}` to one resource per piece, empty
/// ones (`gpus:0`) included so that a caller sees which names were mentioned. A piece without
/// `(role)` belongs to `default_role`; another role than `*` makes a static reservation. The error
/// names the bad piece.
outcome<std::vector<resource>> parse_resource_list(std::string_view text,
                                                   std::string_view default_role = "*");

/// The same as one bag.
outcome<resources> parse_resources(std::string_view text, std::string_view default_role = "*");

/// `cpus:4;ports(role):[1-2]` for plain resources: parses back to the same. What else a resource
/// has is added in brackets for readers of logs: `disk(allocated: r)(reservations:
/// [(DYNAMIC,r,alice)])[MOUNT:/mnt,id:path]{REV}<SHARED x2>:10`.
std::string to_text(const resource& item);
std::string to_text(const resources& items);

/// The value alone: `4.5`, `[1-2]`, `{a, b}`.
std::string to_text(const resource::value_type& value);

} // namespace troupe
