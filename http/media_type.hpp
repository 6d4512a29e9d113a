#pragma once

#include "http/message.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace troupe::http {

/// The encodings of the v1 APIs.
enum class media_type { json, protobuf, recordio };

/// `application/json`, `application/x-protobuf`, `application/recordio`.
std::string_view to_string(media_type type);

/// The type of a v1 call's body, compared byte for byte (a charset or capitals are another type).
struct content_type_check {
  std::optional<media_type> type;
  std::optional<response> refusal; ///< set when `type` is not: 400 (missing) or 415 (any other)
};
content_type_check check_content_type(const request& req);

/// Picks the type of an answer by a header, `Accept` unless told. No header accepts all. Of those
/// that match the highest q wins, ties go to the first of `offered`; nullopt means 406. An empty
/// header and `q=0` accept nothing; the most specific of several matching ranges decides.
std::optional<media_type> negotiate(const request& req,
                                    const std::vector<media_type>& offered = {media_type::json,
                                                                              media_type::protobuf},
                                    std::string_view header = "Accept");

/// The 406 of the v1 APIs.
response not_acceptable();

/// The `q` of one element of an Accept-like header, 0 to 1000; 1000 when absent, 0 when malformed.
int quality(std::string_view element);

} // namespace troupe::http
