#include "wire/media.hpp"

#include "wire/json.hpp"

#include <google/protobuf/message.h>

#include <limits>

namespace troupe::wire {

std::string_view media_name(media encoding) {
  return encoding == media::json ? "application/json" : "application/x-protobuf";
}

std::optional<media> media_from_name(std::string_view name) {
  for (auto encoding : {media::json, media::protobuf})
    if (name == media_name(encoding))
      return encoding;
  return std::nullopt;
}

std::string encode(media encoding, const google::protobuf::Message& message) {
  if (encoding == media::json)
    return to_json(message);
  return message.SerializeAsString();
}

decode_result decode(media encoding, std::string_view bytes, google::protobuf::Message& out) {
  return encoding == media::json ? from_json(bytes, out) : from_binary(bytes, out);
}

decode_result from_binary(std::string_view bytes, google::protobuf::Message& out) {
  auto refuse = [&out](std::string reason) {
    out.Clear();
    return decode_result::failure(std::move(reason));
  };
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    return refuse("protobuf message has more than 2 GiB");
  if (!out.ParsePartialFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return refuse("malformed protobuf, or nested too deeply, for a message of type " +
                  out.GetTypeName());
  if (!out.IsInitialized())
    return refuse("missing required fields: " + out.InitializationErrorString());
  return {};
}

} // namespace troupe::wire
