/// Command-line flags and environment as operators of Mesos know them: `--name=value`, `--name`,
/// `--no-name`, `MESOS_NAME`, `file:///path` values. A table says what exists; everything that is
/// wrong is reported at once.
#pragma once

#include "model/text.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// What a flag's text has to be. `path` texts stay paths: a `file://` value is not read. The two
/// JSON kinds also take a bare `/path` of a file with the value.
enum class flag_kind { text, boolean, integer, real, duration, bytes, path, json, text_or_json };

/// What Troupe does with a flag.
enum class flag_support {
  served,    ///< works
  no_effect, ///< accepted with a warning: nothing depends on it for safety
  refused,   ///< an error unless it has its default value: pretending would be dangerous
};

/// One flag. Built as a sentence: `flag("port", kind::integer, "Port to listen
/// on").otherwise("5050")`.
class flag_spec {
 public:
  /// Says what is wrong with a text, nothing when it is fine.
  using check_function = std::function<std::optional<std::string>(const std::string&)>;

  flag_spec(std::string name, flag_kind kind, std::string help);

  /// The value without any source. Without this the flag has no value by default.
  flag_spec otherwise(std::string text) &&;
  /// Shown in the help in place of a default, for defaults found out at start-up.
  flag_spec otherwise_detected(std::string description) &&;
  /// The deprecated name, accepted with a warning.
  flag_spec formerly(std::string name) &&;
  flag_spec checked(check_function check) &&;
  flag_spec without_effect() &&;
  flag_spec refused(std::string reason) &&;
  /// The value may hold a secret: it is masked wherever flags are shown.
  flag_spec secret() &&;

  std::string name;
  flag_kind kind;
  std::string help;
  std::optional<std::string> default_text;
  std::string default_description;
  std::string deprecated_name;
  check_function check;
  flag_support support = flag_support::served;
  std::string refusal;
  bool is_secret = false;
};

/// Flags that belong together in the help.
struct flag_group {
  std::string title;
  std::vector<flag_spec> flags;
};

/// All flags of one program.
struct flag_table {
  std::string program; ///< `troupe-master`
  std::string summary; ///< first lines of the help
  std::vector<flag_group> groups;

  const flag_spec* find(std::string_view name) const;
};

/// The values of all flags after parsing. Reading a flag that is not in the table, or as another
/// kind than it has, is a programming error (aborts).
class flag_values {
 public:
  struct value {
    std::string given; ///< as written by the operator, or the default
    std::string text;  ///< what counts: a file's content in place of `file:///path`
    bool by_operator = false;
  };

  explicit flag_values(std::map<std::string, value, std::less<>> values = {})
      : values_(std::move(values)) {}

  bool has(std::string_view name) const { return values_.contains(name); }
  /// Whether the operator gave it (the default does not count).
  bool given(std::string_view name) const;

  std::string text(std::string_view name) const;
  std::optional<std::string> find(std::string_view name) const;
  bool boolean(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  double real(std::string_view name) const;
  std::chrono::nanoseconds duration(std::string_view name) const;
  std::optional<std::chrono::nanoseconds> find_duration(std::string_view name) const;
  byte_size bytes(std::string_view name) const;
  /// A comma separated list, blanks trimmed, empty parts left out; empty when there is no value.
  std::vector<std::string> list(std::string_view name) const;

  const std::map<std::string, value, std::less<>>& all() const { return values_; }

 private:
  const value& at(std::string_view name) const;

  std::map<std::string, value, std::less<>> values_;
};

using environment = std::map<std::string, std::string, std::less<>>;

/// This process's environment.
environment current_environment();

/// Where flags come from besides the table.
struct flag_sources {
  std::vector<std::string> arguments; ///< without the program's name
  environment variables;
  std::string prefix = "MESOS_";
};

/// What came out. With `wants_help` or `wants_version` nothing else counts; with errors there are
/// no values to rely on.
struct flag_outcome {
  flag_values values;
  std::vector<std::string> errors;   ///< one line each
  std::vector<std::string> warnings; ///< one line each, for the log
  bool wants_help = false;
  bool wants_version = false;

  bool ok() const { return errors.empty(); }
};

/// Reads the command line (it wins), then the environment, then defaults; resolves `file://`
/// values, checks kinds and every flag's own rule. Rules between flags are the caller's.
flag_outcome parse_flags(const flag_table& table, const flag_sources& sources);

/// The text of `--help`: groups, wrapped to 100 columns, defaults shown.
std::string flags_help(const flag_table& table);

/// Name to text of all flags that have a value, as `/flags` and `/state` show them: as the operator
/// wrote them (a file's content never shows), booleans as true/false, secrets masked.
std::map<std::string, std::string> shown_flags(const flag_table& table, const flag_values& values);

/// Replaces the password of `zk://user:password@host/path` and the like by `***`.
std::string mask_password(std::string_view url);

} // namespace troupe
