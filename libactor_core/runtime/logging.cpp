#include "runtime/logging.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <charconv>
#include <filesystem>

namespace troupe {

namespace {

/// A full disk must not be the log's doing: at most six files of this size.
constexpr std::size_t log_file_bytes = 64u << 20;
constexpr std::size_t old_log_files = 5;

spdlog::level::level_enum to_spdlog(log_level level) {
  switch (level) {
  case log_level::debug:
    return spdlog::level::debug;
  case log_level::info:
    return spdlog::level::info;
  case log_level::warning:
    return spdlog::level::warn;
  case log_level::error:
    break;
  }
  return spdlog::level::err;
}

bool is_plain(std::string_view text) {
  if (text.empty())
    return false;
  for (unsigned char c : text)
    if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7f)
      return false;
  return true;
}

void append_escaped(std::string& out, std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  for (unsigned char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c < ' ' || c == 0x7f) {
      out += "\\x";
      out += digits[c >> 4];
      out += digits[c & 15];
    } else {
      out += static_cast<char>(c);
    }
  }
}

void write(log_level level, std::string_view message, log_fields fields) {
  if (spdlog::default_logger_raw()->should_log(to_spdlog(level)))
    write_log_line(level, render_log_line(message, fields));
}

} // namespace

std::string_view to_string(log_level level) {
  switch (level) {
  case log_level::debug:
    return "DEBUG";
  case log_level::info:
    return "INFO";
  case log_level::warning:
    return "WARNING";
  case log_level::error:
    break;
  }
  return "ERROR";
}

std::optional<log_level> parse_log_level(std::string_view text) {
  for (auto level : {log_level::debug, log_level::info, log_level::warning, log_level::error})
    if (to_string(level) == text)
      return level;
  return std::nullopt;
}

log_field::log_field(std::string_view key, double value)
    : key(key) {
  char text[32];
  auto end = std::to_chars(text, text + sizeof text, value).ptr;
  this->value.assign(text, end);
}

std::string render_log_line(std::string_view message, log_fields fields) {
  std::string line;
  append_escaped(line, message);
  for (const auto& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    if (is_plain(field.value)) {
      line += field.value;
    } else {
      line += '"';
      append_escaped(line, field.value);
      line += '"';
    }
  }
  return line;
}

void write_log_line(log_level level, std::string_view rendered) {
  spdlog::default_logger_raw()->log(to_spdlog(level),
                                    spdlog::string_view_t(rendered.data(), rendered.size()));
}

void log_debug(std::string_view message, log_fields fields) {
  write(log_level::debug, message, fields);
}

void log_info(std::string_view message, log_fields fields) {
  write(log_level::info, message, fields);
}

void log_warning(std::string_view message, log_fields fields) {
  write(log_level::warning, message, fields);
}

void log_error(std::string_view message, log_fields fields) {
  write(log_level::error, message, fields);
}

std::optional<std::string> log_file(const logging_config& config) {
  if (!config.log_dir)
    return std::nullopt;
  return (std::filesystem::path(*config.log_dir) / (config.program + ".INFO")).string();
}

std::optional<std::string> set_up_logging(const logging_config& config) {
  std::optional<std::string> problem;
  std::vector<spdlog::sink_ptr> sinks;
  if (!config.quiet)
    sinks.push_back(std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  if (auto file = log_file(config)) {
    try {
      std::filesystem::create_directories(*config.log_dir);
      sinks.push_back(std::make_shared<spdlog::sinks::rotating_file_sink_mt>(*file, log_file_bytes,
                                                                             old_log_files));
    } catch (const std::exception& error) {
      problem = "cannot log to " + *file + ": " + error.what();
    }
  }
  auto logger = std::make_shared<spdlog::logger>(config.program, sinks.begin(), sinks.end());
  logger->set_level(to_spdlog(config.level));
  logger->flush_on(spdlog::level::info);
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%-7l%$ %v", spdlog::pattern_time_type::utc);
  spdlog::set_default_logger(std::move(logger));
  return problem;
}

void set_log_level(log_level level) {
  spdlog::default_logger_raw()->set_level(to_spdlog(level));
}

log_level current_log_level() {
  auto level = spdlog::default_logger_raw()->level();
  if (level <= spdlog::level::debug)
    return log_level::debug;
  if (level == spdlog::level::info)
    return log_level::info;
  return level == spdlog::level::warn ? log_level::warning : log_level::error;
}

void flush_log() {
  spdlog::default_logger_raw()->flush();
}

} // namespace troupe
