/// What was measured, for people and programs.
#pragma once

#include "measure.hpp"

#include <string>
#include <vector>

namespace troupe::bench {

void print_table(const std::vector<container_times>& rows);

/// One line a bar: `name measured bar unit ok|short`; false when one is short.
bool print_bars(const std::vector<container_times>& rows);

std::string to_json(const std::vector<container_times>& rows);

/// Writes `containers.svg` into the folder; false when that fails.
bool write_plot(const std::string& folder, const std::vector<container_times>& rows);

} // namespace troupe::bench
