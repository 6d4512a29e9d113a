#include "link/frame.hpp"

#include <troupe/link.pb.h>

namespace troupe::link {

frame make_frame(const Record& record) {
  const auto size = static_cast<std::uint32_t>(record.ByteSizeLong());
  auto bytes = std::make_shared<std::string>();
  bytes->reserve(header_size + size);
  for (int shift : {24, 16, 8, 0})
    bytes->push_back(static_cast<char>((size >> shift) & 0xff));
  record.AppendToString(bytes.get());
  return bytes;
}

std::uint32_t frame_length(const char* header) {
  std::uint32_t size = 0;
  for (std::size_t i = 0; i < header_size; ++i)
    size = size << 8 | static_cast<unsigned char>(header[i]);
  return size;
}

} // namespace troupe::link
