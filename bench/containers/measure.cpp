#include "measure.hpp"

#include "agent.hpp"
#include "bench/support/clients.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <sched.h>
#include <stdexcept>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::bench {

namespace {

namespace fs = std::filesystem;

constexpr int rounds = 40;

double cpu_seconds(clockid_t whose) {
  timespec time{};
  ::clock_gettime(whose, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// Bind mounts of one folder on others, seen by this process only.
class extra_mounts {
 public:
  explicit extra_mounts(std::size_t count) {
    if (count == 0)
      return;
    std::string name = fs::temp_directory_path() / "troupe-mounts-XXXXXX";
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mkdtemp(name.data()) == nullptr)
      throw std::runtime_error(std::string("no mount namespace of our own: ") + ::strerror(errno));
    folder_ = name;
    for (std::size_t i = 0; i < count; ++i) {
      const auto place = folder_ + "/" + std::to_string(i);
      fs::create_directory(place);
      if (::mount("/usr", place.c_str(), nullptr, MS_BIND, nullptr) != 0)
        throw std::runtime_error("cannot mount on " + place + ": " + ::strerror(errno));
      places_.push_back(place);
    }
  }
  ~extra_mounts() {
    for (const auto& place : places_)
      ::umount2(place.c_str(), MNT_DETACH);
    std::error_code ignored; // what is still mounted stays
    for (const auto& place : places_)
      fs::remove(place, ignored);
    if (!folder_.empty())
      fs::remove(folder_, ignored);
  }
  extra_mounts(const extra_mounts&) = delete;
  extra_mounts& operator=(const extra_mounts&) = delete;

 private:
  std::string folder_;
  std::vector<std::string> places_;
};

std::size_t process_count() {
  std::size_t count = 0;
  for (const auto& each : fs::directory_iterator("/proc"))
    count += ::isdigit(static_cast<unsigned char>(each.path().filename().string()[0])) ? 1 : 0;
  return count;
}

/// The answer has each container with what it uses, or the round did no real work.
void check(const std::string& body, std::size_t containers) {
  const auto rows = nlohmann::json::parse(body);
  std::size_t whole = 0;
  for (const auto& row : rows)
    whole += row.at("statistics").at("mem_rss_bytes").get<std::uint64_t>() > 0 &&
             row.at("status").at("executor_pid").get<int>() > 0;
  if (rows.size() != containers || whole != containers)
    throw std::runtime_error("the answer has " + std::to_string(whole) + " whole containers of " +
                             std::to_string(containers));
}

container_times run(const container_case& what) {
  const extra_mounts more(what.mounts);
  const hosted_agent agent(what.containers);
  container_times result{what.containers, what.mounts, process_count()};
  client one(agent.port());
  std::string body;
  const auto request = get_request("/containers");
  one.ask(request, &body);
  check(body, what.containers);
  result.bytes = static_cast<double>(body.size());
  std::vector<double> times;
  const auto all = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
  const auto own = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
  for (int i = 0; i < rounds; ++i)
    times.push_back(one.ask(request).milliseconds());
  const auto spent =
      cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - all - (cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - own);
  result.cpu_ms = spent * 1e3 / rounds;
  result.best_ms = *std::min_element(times.begin(), times.end());
  result.median_ms = percentile(times, 0.5);
  const auto before = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
  const auto load = run_clients(agent.port(), request, 8, std::chrono::seconds(2));
  result.eight_p50_ms = load.latency_ms(0.5);
  result.eight_cpu_ms = (cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - before) * 1e3 /
                        static_cast<double>(load.answers.size());
  return result;
}

} // namespace

std::optional<container_times> measure(const container_case& what) {
  int pipe[2];
  if (::pipe(pipe) != 0)
    return std::nullopt;
  const auto child = ::fork();
  if (child == 0) {
    ::close(pipe[0]);
    try {
      const auto result = run(what);
      ::_exit(::write(pipe[1], &result, sizeof result) == sizeof result ? 0 : 1);
    } catch (const std::exception& problem) {
      std::cerr << "bench_containers: " << problem.what() << '\n';
      ::_exit(1);
    }
  }
  ::close(pipe[1]);
  container_times result;
  const bool whole = ::read(pipe[0], &result, sizeof result) == sizeof result;
  ::close(pipe[0]);
  int status = 1;
  ::waitpid(child, &status, 0);
  return child > 0 && status == 0 && whole ? std::optional(result) : std::nullopt;
}

} // namespace troupe::bench
