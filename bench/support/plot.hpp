/// Pictures of the figures.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace troupe::bench {

struct series {
  std::string name;
  std::vector<std::pair<double, double>> points; ///< x and y, both above zero, by x
};

struct picture {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<series> lines;
};

/// An SVG with logarithmic axes, a grid at the decades and at 2 and 5, and the series' names beside
/// their ends.
std::string draw(const picture& what);

} // namespace troupe::bench
