#include "http/v1_message.hpp"

#include "http/fragment_pages.hpp"
#include "wire/json.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/message.h>
#include <google/protobuf/wire_format_lite.h>

#include <algorithm>

namespace troupe::http {

namespace {

using google::protobuf::internal::WireFormatLite;

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

std::string tag(int number, WireFormatLite::WireType type) {
  std::string out;
  append_varint(out, WireFormatLite::MakeTag(number, type));
  return out;
}

} // namespace

std::string length_prefix(int number, std::size_t size) {
  auto out = tag(number, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
  append_varint(out, size);
  return out;
}

std::string v1_item(wire::media encoding, int number, const google::protobuf::Message& message) {
  if (encoding == wire::media::json)
    return wire::to_json(message);
  auto out = length_prefix(number, message.ByteSizeLong());
  message.AppendPartialToString(&out); // what a sender must set was checked when it came
  return out;
}

v1_message::v1_message(wire::media encoding, const google::protobuf::Descriptor* type)
    : encoding_(encoding)
    , type_(type) {
  if (encoding_ == wire::media::json)
    out_.add("{");
}

void v1_message::key(int number) {
  std::string text = first_ ? "" : ",";
  first_ = false;
  text += '"' + type_->FindFieldByNumber(number)->name() + "\":";
  out_.add(text);
}

void v1_message::enumerator(int number, int value) {
  if (encoding_ == wire::media::json) {
    key(number);
    const auto* values = type_->FindFieldByNumber(number)->enum_type();
    out_.add('"' + values->FindValueByNumber(value)->name() + '"');
    return;
  }
  auto text = tag(number, WireFormatLite::WIRETYPE_VARINT);
  append_varint(text, static_cast<std::uint64_t>(value));
  out_.add(text);
}

void v1_message::real(int number, double value) {
  std::string text;
  if (encoding_ == wire::media::json) {
    key(number);
    wire::append_json_double(text, value);
  } else {
    text = tag(number, WireFormatLite::WIRETYPE_FIXED64);
    auto bits = WireFormatLite::EncodeDouble(value);
    for (int i = 0; i < 8; ++i, bits >>= 8)
      text += static_cast<char>(bits & 0xff);
  }
  out_.add(text);
}

void v1_message::message(int number, const shared_body& value) {
  if (encoding_ == wire::media::json)
    key(number);
  else
    out_.add(length_prefix(number, value.size()));
  out_.add(value);
}

void v1_message::list(int number, const std::vector<fragment_pages*>& pages) {
  const bool json = encoding_ == wire::media::json;
  if (json) {
    key(number);
    out_.add("[");
  }
  bool first = true;
  for (auto* each : pages) {
    if (each->empty())
      continue;
    if (json && !first)
      out_.add(",");
    first = false;
    each->append_to(out_);
  }
  if (json)
    out_.add("]");
}

void v1_message::list(int number, const std::vector<shared_body_ptr>& messages) {
  const bool json = encoding_ == wire::media::json;
  if (json) {
    key(number);
    out_.add("[");
  }
  bool first = true;
  for (const auto& each : messages) {
    out_.add(json ? std::string(first ? "" : ",") : length_prefix(number, each->size()));
    first = false;
    out_.add(*each);
  }
  if (json)
    out_.add("]");
}

shared_body_ptr v1_message::finish() {
  if (encoding_ == wire::media::json)
    out_.add("}");
  return out_.finish();
}

} // namespace troupe::http
