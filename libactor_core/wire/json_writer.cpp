#include "wire/json.hpp"

#include "wire/base64.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <charconv>
#include <vector>

namespace troupe::wire {

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

template <class Integer>
void append_integer(std::string& out, Integer value) {
  char buffer[24];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  out.append(buffer, end);
}

class writer {
 public:
  explicit writer(std::string& out)
      : out_(out) {
    // nop
  }

  void object(const Message& message) {
    auto descriptor = message.GetDescriptor();
    auto reflection = message.GetReflection();
    out_ += '{';
    auto first = true;
    for (int i = 0; i < descriptor->field_count(); ++i) {
      auto field = descriptor->field(i);
      if (!is_written(message, *reflection, *field))
        continue;
      if (!first)
        out_ += ',';
      first = false;
      out_ += '"';
      out_ += field->name();
      out_ += "\":";
      if (field->is_map())
        map(message, *reflection, *field);
      else if (field->is_repeated())
        array(message, *reflection, *field);
      else
        value(message, *reflection, *field);
    }
    out_ += '}';
  }

 private:
  static bool is_written(const Message& message, const Reflection& reflection,
                         const FieldDescriptor& field) {
    if (field.is_repeated())
      return reflection.FieldSize(message, &field) > 0;
    return reflection.HasField(message, &field) ||
           (field.has_default_value() && !field.options().deprecated());
  }

  void array(const Message& message, const Reflection& reflection, const FieldDescriptor& field) {
    out_ += '[';
    auto size = reflection.FieldSize(message, &field);
    for (int i = 0; i < size; ++i) {
      if (i > 0)
        out_ += ',';
      element(message, reflection, field, i);
    }
    out_ += ']';
  }

  /// The order of a protobuf map is arbitrary; sorted keys make equal messages equal texts.
  void map(const Message& message, const Reflection& reflection, const FieldDescriptor& field) {
    auto key_field = field.message_type()->map_key();
    auto value_field = field.message_type()->map_value();
    struct entry {
      std::string key;
      const Message* message;
    };
    std::vector<entry> entries;
    auto size = reflection.FieldSize(message, &field);
    for (int i = 0; i < size; ++i) {
      const auto& item = reflection.GetRepeatedMessage(message, &field, i);
      entries.push_back({map_key(item, *key_field), &item});
    }
    std::sort(entries.begin(), entries.end(),
              [](const entry& x, const entry& y) { return x.key < y.key; });
    out_ += '{';
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (i > 0)
        out_ += ',';
      append_json_string(out_, entries[i].key);
      out_ += ':';
      value(*entries[i].message, *entries[i].message->GetReflection(), *value_field);
    }
    out_ += '}';
  }

  static std::string map_key(const Message& entry, const FieldDescriptor& field) {
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING)
      return entry.GetReflection()->GetString(entry, &field);
    std::string key;
    writer{key}.value(entry, *entry.GetReflection(), field);
    return key;
  }

  void text(const FieldDescriptor& field, const std::string& content) {
    if (field.type() == FieldDescriptor::TYPE_BYTES) {
      out_ += '"';
      append_base64(out_, content);
      out_ += '"';
    } else {
      append_json_string(out_, content);
    }
  }

  void name(const FieldDescriptor& field, int number) {
    auto known = field.enum_type()->FindValueByNumber(number);
    out_ += '"';
    if (known != nullptr)
      out_ += known->name();
    else
      append_integer(out_, number);
    out_ += '"';
  }

  void value(const Message& message, const Reflection& reflection, const FieldDescriptor& field) {
    std::string scratch;
    switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return append_integer(out_, reflection.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return append_integer(out_, reflection.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return append_integer(out_, reflection.GetUInt32(message, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return append_integer(out_, reflection.GetUInt64(message, &field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return append_json_double(out_, reflection.GetDouble(message, &field));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return append_json_double(out_, reflection.GetFloat(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      out_ += reflection.GetBool(message, &field) ? "true" : "false";
      return;
    case FieldDescriptor::CPPTYPE_ENUM:
      return name(field, reflection.GetEnumValue(message, &field));
    case FieldDescriptor::CPPTYPE_STRING:
      return text(field, reflection.GetStringReference(message, &field, &scratch));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return object(reflection.GetMessage(message, &field));
    }
  }

  void element(const Message& message, const Reflection& reflection, const FieldDescriptor& field,
               int i) {
    std::string scratch;
    switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return append_integer(out_, reflection.GetRepeatedInt32(message, &field, i));
    case FieldDescriptor::CPPTYPE_INT64:
      return append_integer(out_, reflection.GetRepeatedInt64(message, &field, i));
    case FieldDescriptor::CPPTYPE_UINT32:
      return append_integer(out_, reflection.GetRepeatedUInt32(message, &field, i));
    case FieldDescriptor::CPPTYPE_UINT64:
      return append_integer(out_, reflection.GetRepeatedUInt64(message, &field, i));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return append_json_double(out_, reflection.GetRepeatedDouble(message, &field, i));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return append_json_double(out_, reflection.GetRepeatedFloat(message, &field, i));
    case FieldDescriptor::CPPTYPE_BOOL:
      out_ += reflection.GetRepeatedBool(message, &field, i) ? "true" : "false";
      return;
    case FieldDescriptor::CPPTYPE_ENUM:
      return name(field, reflection.GetRepeatedEnumValue(message, &field, i));
    case FieldDescriptor::CPPTYPE_STRING:
      return text(field, reflection.GetRepeatedStringReference(message, &field, i, &scratch));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return object(reflection.GetRepeatedMessage(message, &field, i));
    }
  }

  std::string& out_;
};

} // namespace

std::string to_json(const google::protobuf::Message& message) {
  std::string out;
  append_json(out, message);
  return out;
}

void append_json(std::string& out, const google::protobuf::Message& message) {
  writer{out}.object(message);
}

} // namespace troupe::wire
