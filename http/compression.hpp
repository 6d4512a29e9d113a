#pragma once

#include <cstddef>
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

/// Whether `Accept-Encoding` allows gzip: by name or by `*`, with q above 0.
bool accepts_gzip(std::string_view accept_encoding);

} // namespace troupe::http
