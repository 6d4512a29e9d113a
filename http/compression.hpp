#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::http {

enum class inflate_result { ok, malformed, too_big };

/// Decompresses gzip (several members too) or zlib data into `out`. Stops with `too_big` when `out`
/// would pass `limit`, or when `admit(size)` says no to its growth: a small body may expand a
/// thousandfold.
inflate_result decompress(std::string_view bytes, size_t limit, std::string& out,
                          const std::function<bool(size_t)>& admit);

/// The fragments as one gzip member; nullopt if zlib has no memory for it.
std::optional<std::string> compress(const std::vector<std::string_view>& fragments);

/// A text as a piece of a deflate stream: it begins and ends on a byte and refers to nothing before
/// it, so that pieces may stand in any stream, in any order.
struct deflated {
  std::string bytes;
  uint32_t crc = 0; ///< CRC-32 of the text
};

/// Throws std::bad_alloc if zlib has no memory for it.
deflated deflate_piece(std::string_view text);

/// Joins pieces to one gzip member, as every client understands it (several members in a row are
/// cut off after the first by some browsers).
class gzip_joiner {
 public:
  gzip_joiner();

  /// `piece` is what deflate_piece made of `text`.
  void add(std::string_view text, const deflated& piece);

  /// The whole member. The joiner is used up.
  std::string finish();

 private:
  std::string out_;
  unsigned long crc_;
  uint32_t size_ = 0; // the format keeps it modulo 2^32
};

/// Whether `Accept-Encoding` allows gzip: by name or by `*`, with q above 0.
bool accepts_gzip(std::string_view accept_encoding);

} // namespace troupe::http
