/// The process log: one line per event, `time LEVEL message key=value …`, to stderr and optionally
/// a file. Callable from every thread.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace troupe {

/// Levels that an operator chooses from: `--logging_level` names the last three.
enum class log_level { debug, info, warning, error };

std::string_view to_string(log_level level);
/// Reads `DEBUG`, `INFO`, `WARNING`, `ERROR`; anything else is nothing.
std::optional<log_level> parse_log_level(std::string_view text);

/// One piece of context of a log line. The value is rendered at once, so temporaries are fine.
struct log_field {
  std::string_view key;
  std::string value;

  log_field(std::string_view key, std::string value)
      : key(key)
      , value(std::move(value)) {}
  log_field(std::string_view key, std::string_view value)
      : log_field(key, std::string(value)) {}
  log_field(std::string_view key, const char* value)
      : log_field(key, std::string(value)) {}
  log_field(std::string_view key, bool value)
      : log_field(key, value ? "true" : "false") {}
  log_field(std::string_view key, std::integral auto value)
      : log_field(key, std::to_string(value)) {}
  log_field(std::string_view key, double value);
  /// Identifiers (`model/ids.hpp`).
  template <class T>
  requires requires(const T& x) {
    { x.value() } -> std::convertible_to<std::string>;
  }
  log_field(std::string_view key, const T& value)
      : log_field(key, std::string(value.value())) {}
};

using log_fields = std::initializer_list<log_field>;

/// `log_info("agent registered", {{"agent", id}, {"host", hostname}})`. Messages are lower case and
/// do not end in a full stop. Values with blanks, quotes, `=` or control characters are quoted and
/// escaped.
void log_debug(std::string_view message, log_fields fields = {});
void log_info(std::string_view message, log_fields fields = {});
void log_warning(std::string_view message, log_fields fields = {});
void log_error(std::string_view message, log_fields fields = {});

/// A line's text without time and level.
std::string render_log_line(std::string_view message, log_fields fields);
/// Writes what `render_log_line` has made: for pure code, which hands its lines to whoever may write.
void write_log_line(log_level level, std::string_view rendered);

struct logging_config {
  bool quiet = false; ///< nothing on stderr
  log_level level = log_level::info;
  std::optional<std::string> log_dir; ///< made when missing
  std::string program = "troupe";     ///< the file is `<log_dir>/<program>.INFO`
};

/// Where `config` writes its file; nothing without `log_dir`.
std::optional<std::string> log_file(const logging_config& config);

/// Sets the process log up; call once before actors run. Returns why it failed (then stderr is
/// still set up).
std::optional<std::string> set_up_logging(const logging_config& config);

/// Changes what is logged from now on, in the whole process.
void set_log_level(log_level level);
log_level current_log_level();

/// Writes out what is buffered; before the process ends.
void flush_log();

} // namespace troupe
