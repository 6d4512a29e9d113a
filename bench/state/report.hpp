/// What was measured, for people and programs.
#pragma once

#include "measure.hpp"
#include "writers.hpp"

#include <string>
#include <vector>

namespace troupe::bench {

void print_table(const std::vector<cluster_report>& reports);

void print_writers(const writer_times& times);

/// One line a bar: `name measured bar unit ok|short`; false when one is short.
bool print_bars(const std::vector<cluster_report>& reports);

std::string to_json(const std::vector<cluster_report>& reports);

/// What a measuring process hands to the one that prints.
std::string to_json(const cluster_report& report);
cluster_report from_json(const std::string& text);

/// Writes `requests.svg` and `latency.svg` into the folder; false when that fails.
bool write_plots(const std::string& folder, const std::vector<cluster_report>& reports);

} // namespace troupe::bench
