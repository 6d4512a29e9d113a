#include "runtime/common_flags.hpp"

#include "runtime/build_info.hpp"
#include "runtime/flag_checks.hpp"

namespace troupe {

namespace {
using flag = flag_spec;
using kind = flag_kind;
namespace check = flag_checks;
} // namespace

flag_group general_flag_group() {
  return {
      "General",
      {
          flag("help", kind::boolean, "Print this text and exit.").otherwise("false"),
          flag("version", kind::boolean, "Print the version and exit.").otherwise("false"),
          flag("memory_profiling", kind::boolean, "Serve heap profiles.")
              .otherwise("false")
              .without_effect(),
      },
  };
}

flag_group logging_flag_group() {
  return {
      "Logging",
      {
          flag("quiet", kind::boolean, "Do not log to stderr.").otherwise("false"),
          flag("logging_level", kind::text,
               "The least severe level to log: INFO, WARNING or ERROR.")
              .otherwise("INFO")
              .checked(check::one_of({"INFO", "WARNING", "ERROR"})),
          flag("log_dir", kind::text, "Log to a file in this folder too."),
          flag("external_log_file", kind::text,
               "A file kept by somebody else, shown as the log by UI and API."),
          flag("logbufsecs", kind::integer, "Seconds that log lines may wait in memory.")
              .otherwise("0")
              .without_effect(),
          flag("initialize_driver_logging", kind::boolean, "Set up the log of scheduler libraries.")
              .otherwise("true")
              .without_effect(),
      },
  };
}

flag_group network_flag_group(const std::string& default_port) {
  return {
      "Network",
      {
          flag("ip", kind::text, "Address to listen on.")
              .otherwise_detected("all addresses")
              .checked(check::ipv4()),
          flag("port", kind::integer, "Port to listen on; 0 lets the machine choose.")
              .otherwise(default_port)
              .checked(check::port_or_any()),
          flag("advertise_ip", kind::text, "Address that others are told to connect to.")
              .checked(check::ipv4()),
          flag("advertise_port", kind::integer, "Port that others are told to connect to.")
              .checked(check::port()),
          flag("hostname", kind::text, "Name that others are told.")
              .otherwise_detected("looked up from the address"),
          flag("hostname_lookup", kind::boolean,
               "Look the host name up; otherwise the address is told instead.")
              .otherwise("true"),
          flag("ip_discovery_command", kind::text, "Command that prints the address to listen on.")
              .refused("give the address with --ip"),
          flag("domain", kind::json, "The fault domain of this machine: DomainInfo as JSON."),
      },
  };
}

logging_config read_logging(const flag_values& values, const std::string& program) {
  logging_config config;
  config.quiet = values.boolean("quiet");
  config.level = parse_log_level(values.text("logging_level")).value_or(log_level::info);
  config.log_dir = values.find("log_dir");
  config.program = program;
  return config;
}

std::optional<std::uint16_t> find_port(const flag_values& values, std::string_view name) {
  if (!values.has(name))
    return std::nullopt;
  return static_cast<std::uint16_t>(values.integer(name));
}

std::optional<std::string> text_to_print(const flag_table& table, const flag_outcome& outcome) {
  if (outcome.wants_help)
    return flags_help(table);
  if (outcome.wants_version)
    return table.program + " " + std::string(version()) + "\n";
  return std::nullopt;
}

} // namespace troupe
