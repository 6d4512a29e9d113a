#include "bench/support/plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace troupe::bench {

namespace {

constexpr double width = 860;
constexpr double height = 520;
constexpr double left = 90;
constexpr double right = 210;
constexpr double top = 60;
constexpr double bottom = 70;
const std::array<const char*, 6> colours{"#1b6ca8", "#d1495b", "#2e933c",
                                         "#edae49", "#6a4c93", "#444444"};

/// A logarithmic axis from pixel `from` to pixel `to`.
struct axis {
  double low, high, from, to;

  double place(double value) const {
    return from + (to - from) * std::log(value / low) / std::log(high / low);
  }
  std::vector<double> marks() const {
    std::vector<double> result;
    for (double decade = std::pow(10, std::floor(std::log10(low))); decade <= high; decade *= 10)
      for (double step : {1.0, 2.0, 5.0})
        if (decade * step >= low * 0.999 && decade * step <= high * 1.001)
          result.push_back(decade * step);
    return result;
  }
};

axis around(const picture& what, bool is_x, double from, double to) {
  double low = 1e300;
  double high = 0;
  for (const auto& line : what.lines)
    for (auto [x, y] : line.points) {
      low = std::min(low, is_x ? x : y);
      high = std::max(high, is_x ? x : y);
    }
  return is_x ? axis{low * 0.9, high * 1.1, from, to} : axis{low * 0.6, high * 1.6, from, to};
}

std::string number(double value) {
  char text[32];
  if (value >= 1000)
    std::snprintf(text, sizeof text, "%.0f,%03d", std::floor(value / 1000),
                  static_cast<int>(value) % 1000);
  else
    std::snprintf(text, sizeof text, "%g", value);
  return text;
}

std::string text(double x, double y, const std::string& content, const std::string& more) {
  return "<text x='" + std::to_string(x) + "' y='" + std::to_string(y) + "' " + more + ">" +
         content + "</text>\n";
}

std::string line(double x1, double y1, double x2, double y2) {
  return "<line x1='" + std::to_string(x1) + "' y1='" + std::to_string(y1) + "' x2='" +
         std::to_string(x2) + "' y2='" + std::to_string(y2) + "' stroke='#dddddd'/>\n";
}

std::string draw_grid(const picture& what, const axis& x, const axis& y) {
  std::string out;
  for (auto mark : x.marks()) {
    out += line(x.place(mark), y.from, x.place(mark), y.to);
    out += text(x.place(mark), y.from + 20, number(mark), "text-anchor='middle'");
  }
  for (auto mark : y.marks()) {
    out += line(x.from, y.place(mark), x.to, y.place(mark));
    out += text(x.from - 8, y.place(mark) + 4, number(mark), "text-anchor='end'");
  }
  out += text((x.from + x.to) / 2, height - 20, what.x_label, "text-anchor='middle'");
  out += text(22, (y.from + y.to) / 2, what.y_label,
              "text-anchor='middle' transform='rotate(-90 22 " +
                  std::to_string((y.from + y.to) / 2) + ")'");
  return out;
}

std::string draw_line(const series& one, const std::string& colour, const axis& x, const axis& y,
                      double label_y) {
  std::string points;
  std::string dots;
  for (auto [px, py] : one.points) {
    auto cx = std::to_string(x.place(px));
    auto cy = std::to_string(y.place(py));
    points += cx + "," + cy + " ";
    dots += "<circle cx='" + cx + "' cy='" + cy + "' r='3.5' fill='" + colour + "'/>\n";
  }
  return "<polyline fill='none' stroke-width='2' stroke='" + colour + "' points='" + points +
         "'/>\n" + dots +
         text(x.to + 14, label_y, one.name, "fill='" + colour + "' font-weight='bold'");
}

/// Labels stand beside the lines' ends, moved apart where these are close.
std::vector<double> label_places(const picture& what, const axis& y) {
  std::vector<std::pair<double, std::size_t>> ends;
  for (std::size_t i = 0; i < what.lines.size(); ++i)
    ends.emplace_back(y.place(what.lines[i].points.back().second) + 4, i);
  std::sort(ends.begin(), ends.end());
  std::vector<double> result(ends.size());
  double least = 0;
  for (auto [place, i] : ends) {
    result[i] = std::max(place, least);
    least = result[i] + 17;
  }
  return result;
}

} // namespace

std::string draw(const picture& what) {
  auto x = around(what, true, left, width - right);
  auto y = around(what, false, height - bottom, top);
  std::string out = "<svg xmlns='http://www.w3.org/2000/svg' width='" + std::to_string(width) +
                    "' height='" + std::to_string(height) +
                    "' font-family='sans-serif' font-size='13'>\n"
                    "<rect width='100%' height='100%' fill='white'/>\n";
  out += text(left, 32, what.title, "font-size='18'");
  out += draw_grid(what, x, y);
  auto places = label_places(what, y);
  for (std::size_t i = 0; i < what.lines.size(); ++i)
    out += draw_line(what.lines[i], colours[i % colours.size()], x, y, places[i]);
  return out + "</svg>\n";
}

} // namespace troupe::bench
