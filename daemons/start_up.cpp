#include "daemons/start_up.hpp"

#include "runtime/logging.hpp"
#include "runtime/machine.hpp"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

namespace troupe {

flag_sources process_flags(int argc, char** argv) {
  flag_sources sources;
  sources.arguments.assign(argv + 1, argv + argc);
  sources.variables = current_environment();
  return sources;
}

template <class Options>
std::optional<int> settle(const start_request<Options>& request, const char* program) {
  if (request.print) {
    std::cout << *request.print << std::flush;
    return 0;
  }
  if (request.errors.empty())
    return std::nullopt;
  for (const auto& each : request.errors)
    std::cerr << program << ": " << each << '\n';
  std::cerr << program << ": not started; --help lists all flags\n";
  return 1;
}

template std::optional<int> settle(const start_request<master_options>&, const char*);
template std::optional<int> settle(const start_request<agent_options>&, const char*);

daemon_address find_address(const std::optional<std::string>& ip,
                            const std::optional<std::string>& advertise_ip,
                            const std::optional<std::string>& hostname, bool lookup) {
  daemon_address result;
  result.listen_ip = ip.value_or("0.0.0.0");
  const bool everywhere = result.listen_ip == "0.0.0.0";
  result.advertised_ip = advertise_ip.value_or(everywhere ? machine_address() : result.listen_ip);
  if (hostname)
    result.hostname = *hostname;
  else
    result.hostname = lookup ? name_of_address(result.advertised_ip) : result.advertised_ip;
  return result;
}

std::optional<std::string> read_secret(const std::optional<std::string>& path) {
  if (!path)
    return std::string{};
  const auto file = path->starts_with("file://") ? path->substr(7) : *path;
  std::ifstream in(file, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  auto secret = content.str();
  while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r'))
    secret.pop_back();
  if (in && !secret.empty())
    return secret;
  std::cerr << "--link_secret: " << (in ? "the file is empty: " : "cannot read ") << file << '\n';
  return std::nullopt;
}

bool start_log(const logging_config& config, const std::vector<std::string>& warnings) {
  if (auto problem = set_up_logging(config)) {
    std::cerr << "cannot set up the log: " << *problem << '\n';
    return false;
  }
  for (const auto& each : warnings)
    log_warning(each);
  return true;
}

void stop_or_exit(caf::actor_system& system, const supervisor_actor& keeper, int status) {
  if (stop_system(system, keeper))
    return;
  log_warning("not every component stopped in time; the process ends without them");
  flush_log();
  std::_Exit(status);
}

} // namespace troupe
