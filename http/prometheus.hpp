/// The metrics in Prometheus' text format (version 0.0.4): the flat keys of `/metrics/snapshot` as
/// families with labels (framework, role, state, …), base units, HELP and TYPE. Pure.
#pragma once

#include "protocol/metrics.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::http {

constexpr std::string_view prometheus_type = "text/plain; version=0.0.4; charset=utf-8";

using series_labels = std::vector<std::pair<std::string, std::string>>;

/// All of `snapshot`; every series has the labels `common` before its own.
std::string prometheus_text(const metrics_snapshot& snapshot, const series_labels& common = {});

/// One key as Prometheus sees it.
struct prometheus_sample {
  std::string family;
  std::string help;
  series_labels labels;
  double value = 0;
  bool counter = false;
};

/// By the table of known keys; a key that is in none of its rows keeps its words.
prometheus_sample to_prometheus(std::string_view key, double value, bool counter);

} // namespace troupe::http
