#include "http/entity_pages.hpp"

#include "http/v1_message.hpp"

namespace troupe::http {

fragment_pages& entity_pages::in(shown_as form) {
  switch (form) {
  case shown_as::v0:
    return v0_;
  case shown_as::v1_json:
    return json_;
  case shown_as::v1_protobuf:
    break;
  }
  return protobuf_;
}

void entity_pages::put(place& at, shown_as form, std::string_view text) {
  auto& handle = at[form];
  if (handle == fragment_pages::none)
    handle = in(form).add(text);
  else
    in(form).replace(handle, text);
}

void entity_pages::put(place& at, wire::media encoding, const google::protobuf::Message& entity) {
  put(at, v1_form(encoding), v1_item(encoding, v1_field_, entity));
}

void entity_pages::remove(const place& at) {
  for (auto form : {shown_as::v0, shown_as::v1_json, shown_as::v1_protobuf})
    if (at.has(form))
      in(form).remove(at[form]);
}

void entity_pages::clear(wire::media encoding) {
  if (encoding == wire::media::json)
    json_ = fragment_pages();
  else
    protobuf_ = fragment_pages("");
}

} // namespace troupe::http
