#include "agent/checkpoint_layout.hpp"

#include <array>

namespace troupe::agent {

namespace meta {

std::string agent_dir(const agent_id& agent) {
  return "slaves/" + agent.value();
}

std::string agent_info(const agent_id& agent) {
  return agent_dir(agent) + "/slave.info";
}

std::string framework_dir(const agent_id& agent, const framework_id& framework) {
  return agent_dir(agent) + "/frameworks/" + framework.value();
}

std::string framework_info(const agent_id& agent, const framework_id& framework) {
  return framework_dir(agent, framework) + "/framework.info";
}

std::string executor_dir(const agent_id& agent, const executor_key& executor) {
  return framework_dir(agent, executor.framework) + "/executors/" + executor.executor.value();
}

std::string executor_info(const agent_id& agent, const executor_key& executor) {
  return executor_dir(agent, executor) + "/executor.info";
}

std::string run_dir(const agent_id& agent, const executor_key& executor, const container_id& run) {
  return executor_dir(agent, executor) + "/runs/" + run.value();
}

} // namespace meta

std::string sandbox_path(std::string_view work_dir, const agent_id& agent,
                         const executor_key& executor, const container_id& run) {
  return std::string(work_dir) + "/" + meta::run_dir(agent, executor, run);
}

namespace {

constexpr std::array<std::uint32_t, 256> crc_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    auto c = i;
    for (int bit = 0; bit < 8; ++bit)
      c = (c & 1) != 0 ? (c >> 1) ^ 0xEDB88320u : c >> 1;
    table[i] = c;
  }
  return table;
}();

constexpr std::size_t header_size = 8;

void put_number(std::string& out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8)
    out.push_back(static_cast<char>(value >> shift));
}

std::uint32_t get_number(std::string_view bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i)
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  return value;
}

} // namespace

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t c = 0xFFFFFFFFu;
  for (const char byte : bytes)
    c = crc_table[(c ^ static_cast<unsigned char>(byte)) & 0xFFu] ^ (c >> 8);
  return c ^ 0xFFFFFFFFu;
}

std::string encode_record(std::string_view payload) {
  std::string out;
  out.reserve(header_size + payload.size());
  put_number(out, static_cast<std::uint32_t>(payload.size()));
  put_number(out, crc32(payload));
  out.append(payload);
  return out;
}

std::string encode_record(const google::protobuf::MessageLite& message) {
  return encode_record(message.SerializeAsString());
}

record_list decode_records(std::string_view bytes) {
  record_list result;
  for (auto rest = bytes; rest.size() >= header_size;) {
    const auto size = get_number(rest);
    const auto checksum = get_number(rest.substr(4));
    if (size > rest.size() - header_size)
      break;
    const auto payload = rest.substr(header_size, size);
    // Eight zero bytes would be an empty record with the right checksum: a torn end, never written.
    if (size == 0 || crc32(payload) != checksum)
      break;
    result.records.push_back(payload);
    rest.remove_prefix(header_size + size);
    result.good_bytes = bytes.size() - rest.size();
  }
  return result;
}

std::string encode_update(const google::protobuf::MessageLite& status) {
  std::string payload(1, static_cast<char>(update_record::update));
  status.AppendToString(&payload);
  return encode_record(payload);
}

std::string encode_acknowledgement(std::string_view uuid) {
  std::string payload(1, static_cast<char>(update_record::acknowledgement));
  payload.append(uuid);
  return encode_record(payload);
}

} // namespace troupe::agent
