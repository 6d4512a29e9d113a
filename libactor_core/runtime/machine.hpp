/// Facts about the machine that this process runs on. All calls are quick, except those that look
/// names up; nothing is cached.
#pragma once

#include "model/outcome.hpp"

#include <cstdint>
#include <string>

namespace troupe {

/// Processors that are online; at least 1.
unsigned cpu_count();

struct memory_size {
  std::uint64_t total = 0; ///< bytes
  std::uint64_t free = 0;  ///< bytes, without caches that could be given up
};

/// Zeroes if the machine does not tell.
memory_size machine_memory();

struct load {
  double one = 0; ///< over the last minute
  double five = 0;
  double fifteen = 0;
};

load load_average();

/// Different after every reboot; the error names what could not be read.
outcome<std::string> boot_id();

/// The size of the file system that holds `path` or, while that does not exist, its nearest parent.
outcome<std::uint64_t> file_system_size(const std::string& path);

/// The address that the machine's own name stands for, or that of its first network when the name
/// only stands for loopback; 127.0.0.1 on a machine without network. May ask a name server.
std::string machine_address();
/// The name of `ip` (an IPv4 address), or `ip` itself when it has none. May ask a name server.
std::string name_of_address(const std::string& ip);

/// What an agent offers when `--resources` does not say.
struct default_resources {
  double cpus = 1;
  std::uint64_t mem = 1024;       ///< MB
  std::uint64_t disk = 10 * 1024; ///< MB
  std::uint16_t first_port = 31000;
  std::uint16_t last_port = 32000; ///< inclusive
};

/// All but 1 GB of `total_bytes`, or half below 2 GB; 1 GB if it is not known (0). In MB.
std::uint64_t default_memory(std::uint64_t total_bytes);
/// All but 5 GB of `total_bytes`, or half below 10 GB; 10 GB if it is not known (0). In MB.
std::uint64_t default_disk(std::uint64_t total_bytes);

/// Looks at this machine; the disk is the one that holds `work_dir`.
default_resources detect_resources(const std::string& work_dir);

} // namespace troupe
