/// The pictures of the bench.
#include "report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace troupe::bench {

namespace {

/// Texts and bars on a canvas.
class svg {
 public:
  svg(int width, int height, const std::string& title) {
    out_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + std::to_string(width) +
           ' ' + std::to_string(height) +
           "\" font-family=\"Helvetica,Arial,sans-serif\" font-size=\"12\" fill=\"#223\">\n"
           "<rect width=\"100%\" height=\"100%\" fill=\"#fcfcfa\"/>\n";
    text(24, 30, title, "font-size=\"16\" font-weight=\"bold\"");
  }

  void text(double x, double y, const std::string& value, const std::string& style = {}) {
    char where[64];
    std::snprintf(where, sizeof where, "<text x=\"%.1f\" y=\"%.1f\" ", x, y);
    out_ += where + style + ">" + value + "</text>\n";
  }

  void bar(double x, double y, double width, double height, const std::string& colour) {
    char shape[160];
    std::snprintf(shape, sizeof shape,
                  "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"2\" fill=\"", x,
                  y, width, height);
    out_ += shape + colour + "\"/>\n";
  }

  bool write(const std::string& path) const {
    std::ofstream out(path);
    out << out_ << "</svg>\n";
    return static_cast<bool>(out.flush());
  }

 private:
  std::string out_;
};

std::string rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value < 10 ? "%.1f" : "%.0f", value);
  return text;
}

constexpr const char* colours[] = {"#2f6f8f", "#6fa8a0", "#d9a441", "#a05a5a"};

/// Grouped horizontal bars on a logarithmic scale: a group per cluster and number of clients, a
/// bar per rate of updates.
bool plot(const std::string& path, const std::vector<cluster_report>& reports,
          const std::string& title, double row::*field) {
  std::vector<std::pair<std::string, std::vector<const row*>>> groups;
  double most = 1;
  for (const auto& r : reports) {
    if (r.all_completed)
      continue;
    for (const auto& each : r.rows) {
      if (each.what != "state")
        continue;
      const auto name = std::to_string(r.agents) + " agents, " + std::to_string(each.clients) +
                        (each.clients == 1 ? " client" : " clients");
      auto found = std::find_if(groups.begin(), groups.end(),
                                [&](const auto& group) { return group.first == name; });
      if (found == groups.end())
        found = groups.insert(groups.end(), {name, {}});
      found->second.push_back(&each);
      most = std::max(most, each.*field);
    }
  }
  double y = 70;
  std::size_t lines = 0;
  for (const auto& group : groups)
    lines += group.second.size();
  svg out(860, static_cast<int>(90 + 14 * lines + 12 * groups.size()), title);
  for (std::size_t i = 0; i < 3; ++i) {
    out.bar(24 + 190.0 * static_cast<double>(i), 44, 10, 10, colours[i]);
    out.text(40 + 190.0 * static_cast<double>(i), 53,
             std::vector<std::string>{"quiet", "1,000 updates/s", "10,000 updates/s"}[i]);
  }
  const double least = 0.1;
  for (const auto& [name, rows] : groups) {
    out.text(24, y + 11, name);
    for (const auto* each : rows) {
      const auto value = std::max(each->*field, least);
      const auto width = 560 * std::log(value / least) / std::log(most / least);
      const auto colour = each->updates == 0 ? 0 : each->updates <= 1'000 ? 1 : 2;
      out.bar(200, y, width, 12, colours[colour]);
      out.text(206 + width, y + 10, rounded(each->*field), "font-size=\"10\"");
      y += 14;
    }
    y += 12;
  }
  return out.write(path);
}

} // namespace

bool write_plots(const std::string& folder, const std::vector<cluster_report>& reports) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  return plot(folder + "/requests.svg", reports, "GET /state: answers a second (log scale)",
              &row::requests_per_s) &&
         plot(folder + "/latency.svg", reports, "GET /state: median milliseconds (log scale)",
              &row::p50_ms);
}

} // namespace troupe::bench
