/// What every protocol header needs: typed actor handles, and the mark for in-process messages.
#pragma once

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/make_message.hpp>
#include <caf/replies_to.hpp>
#include <caf/result.hpp>
#include <caf/typed_actor.hpp>

#include "model/ids.hpp"
#include "wire/fwd.hpp"

#include <memory>
#include <string>

/// Messages of this repository never leave the process as CAF messages (the link and HTTP carry protobuf),
/// so they are whitelisted instead of being serializable. Use at namespace scope, outside any namespace.
#define TROUPE_MESSAGE(type) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(type)

namespace caf {
template <class T>
struct allowed_unsafe_message_type<std::shared_ptr<T>> : std::true_type {};
} // namespace caf

namespace google::protobuf {
class Message;
}

namespace troupe {

/// The outcome of an API call in the terms of its edge. `status` is an HTTP status code; `text` a one-line
/// body a user can act on (errors) or empty; `message`, when set, is the body, coded as the caller accepts.
struct api_answer {
  int status = 202;
  std::string text;
  std::shared_ptr<const google::protobuf::Message> message;
};

} // namespace troupe

TROUPE_MESSAGE(troupe::api_answer)
