#include "http/compression.hpp"

#include "http/media_type.hpp"
#include "http/text.hpp"

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
