#include "http/compression.hpp"

#include "http/media_type.hpp"
#include "http/text.hpp"

#include <algorithm>
#include <new>
#include <zlib.h>

namespace troupe::http {

namespace {

constexpr int gzip_or_zlib = 32 + MAX_WBITS;
constexpr int gzip_only = 16 + MAX_WBITS;
constexpr int fast = 1; // state JSON shrinks nine- to tenfold at the fastest level already
constexpr size_t step = 64u << 10;

Bytef* in(std::string_view s) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(s.data()));
}

} // namespace

inflate_result decompress(std::string_view bytes, size_t limit, std::string& out,
                          const std::function<bool(size_t)>& admit) {
  z_stream z{};
  if (inflateInit2(&z, gzip_or_zlib) != Z_OK)
    return inflate_result::too_big;
  std::unique_ptr<z_stream, decltype(&inflateEnd)> end(&z, inflateEnd);
  z.next_in = in(bytes);
  z.avail_in = static_cast<uInt>(bytes.size()); // bodies are far below 4 GiB
  std::string buffer(step, '\0');
  for (;;) {
    z.next_out = in(buffer);
    z.avail_out = static_cast<uInt>(buffer.size());
    auto code = inflate(&z, Z_NO_FLUSH);
    auto n = buffer.size() - z.avail_out;
    if (out.size() + n > limit || !admit(out.size() + n))
      return inflate_result::too_big;
    out.append(buffer, 0, n);
    if (code == Z_STREAM_END) {
      if (z.avail_in == 0)
        return inflate_result::ok;
      code = inflateReset(&z); // the next member
    }
    if (code != Z_OK || (z.avail_in == 0 && n == 0))
      return inflate_result::malformed;
  }
}

std::optional<std::string> compress(const std::vector<std::string_view>& fragments) {
  z_stream z{};
  if (deflateInit2(&z, fast, Z_DEFLATED, gzip_only, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return std::nullopt;
  std::unique_ptr<z_stream, decltype(&deflateEnd)> end(&z, deflateEnd);
  std::string out;
  std::string buffer(step, '\0');
  auto run = [&](int flush) {
    int code = Z_OK;
    do {
      z.next_out = in(buffer);
      z.avail_out = static_cast<uInt>(buffer.size());
      code = deflate(&z, flush);
      out.append(buffer, 0, buffer.size() - z.avail_out);
    } while (z.avail_out == 0 || (flush == Z_FINISH && code == Z_OK));
  };
  for (auto f : fragments) {
    while (!f.empty()) {
      auto part = f.substr(0, 1u << 30);
      z.next_in = in(part);
      z.avail_in = static_cast<uInt>(part.size());
      run(Z_NO_FLUSH);
      f.remove_prefix(part.size());
    }
  }
  run(Z_FINISH);
  return out;
}

namespace {

constexpr size_t stored_up_to = 256; // smaller texts cost more than they give

/// Keeps zlib's quarter of a megabyte from one piece to the next.
class piece_deflater {
 public:
  piece_deflater() {
    if (deflateInit2(&z_, fast, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
      throw std::bad_alloc();
  }
  ~piece_deflater() { deflateEnd(&z_); }
  piece_deflater(const piece_deflater&) = delete;
  piece_deflater& operator=(const piece_deflater&) = delete;

  std::string run(std::string_view text) {
    deflateReset(&z_);
    std::string out;
    z_.next_in = in(text);
    z_.avail_in = static_cast<uInt>(text.size()); // parts are far below 4 GiB
    do {
      auto used = out.size();
      out.resize(used + std::max<size_t>(text.size() / 4, 256));
      z_.next_out = reinterpret_cast<Bytef*>(out.data() + used);
      z_.avail_out = static_cast<uInt>(out.size() - used);
      deflate(&z_, Z_FULL_FLUSH);
      out.resize(out.size() - z_.avail_out);
    } while (z_.avail_in > 0 || z_.avail_out == 0);
    out.shrink_to_fit(); // it stays as long as its text
    return out;
  }

 private:
  z_stream z_{};
};

/// A block of the format's "stored" kind (RFC 1951, 3.2.4).
std::string stored(std::string_view text) {
  auto length = static_cast<uint16_t>(text.size());
  auto inverse = static_cast<uint16_t>(~length);
  std::string out{'\0', static_cast<char>(length & 0xff), static_cast<char>(length >> 8),
                  static_cast<char>(inverse & 0xff), static_cast<char>(inverse >> 8)};
  return out.append(text);
}

void append_little_endian(std::string& out, uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8)
    out += static_cast<char>(value >> shift & 0xff);
}

} // namespace

deflated deflate_piece(std::string_view text) {
  deflated result;
  result.crc = static_cast<uint32_t>(crc32_z(0, in(text), text.size()));
  if (text.size() <= stored_up_to) {
    result.bytes = stored(text);
    return result;
  }
  thread_local piece_deflater deflater;
  result.bytes = deflater.run(text);
  return result;
}

gzip_joiner::gzip_joiner()
    : out_("\x1f\x8b\x08\0\0\0\0\0\x04\x03", 10) // no name, no time, fastest, Unix (RFC 1952)
    , crc_(crc32(0, nullptr, 0)) {}

void gzip_joiner::add(std::string_view text, const deflated& piece) {
  out_ += piece.bytes;
  crc_ = crc32_combine(crc_, piece.crc, static_cast<z_off_t>(text.size()));
  size_ += static_cast<uint32_t>(text.size());
}

std::string gzip_joiner::finish() {
  out_.append("\x03\0", 2); // an empty last block
  append_little_endian(out_, static_cast<uint32_t>(crc_));
  append_little_endian(out_, size_);
  return std::move(out_);
}

bool accepts_gzip(std::string_view accept_encoding) {
  bool star = false;
  for (auto part : split(accept_encoding, ',')) {
    auto name = trim(part.substr(0, part.find(';')));
    auto wanted = quality(part) > 0;
    if (same_token(name, "gzip"))
      return wanted;
    if (name == "*")
      star = wanted;
  }
  return star;
}

} // namespace troupe::http
