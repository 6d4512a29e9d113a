/// Puts a message of the v1 API together from parts that are encoded already: the answer to
/// GET_STATE is mostly pages that other answers have, too. Both encodings, the rules of the generic
/// codec.
#pragma once

#include "http/shared_body.hpp"
#include "wire/media.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace google::protobuf {
class Descriptor;
class Message;
} // namespace google::protobuf

namespace troupe::http {

class fragment_pages;

/// The message as an item of the repeated field `number`: in binary form it begins with the field's
/// tag and its length, so that items one after the other are the list.
std::string v1_item(wire::media encoding, int number, const google::protobuf::Message& message);

/// One message; its fields in the order of the calls.
class v1_message {
 public:
  v1_message(wire::media encoding, const google::protobuf::Descriptor* type);

  /// A field of an enum, which has that value.
  void enumerator(int number, int value);
  void real(int number, double value);
  void message(int number, const shared_body& value);
  /// A repeated field: the items of all pages. In JSON an empty list stands there, too, because
  /// readers of the peer find one.
  void list(int number, const std::vector<fragment_pages*>& pages);

  /// The same of messages.
  void list(int number, const std::vector<shared_body_ptr>& messages);

  shared_body_ptr finish();

 private:
  void key(int number);

  wire::media encoding_;
  const google::protobuf::Descriptor* type_;
  bool first_ = true;
  body_builder out_;
};

/// What stands before a length-delimited field's value in binary form.
std::string length_prefix(int number, std::size_t size);

} // namespace troupe::http
