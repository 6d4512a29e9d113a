#include "messages.hpp"
#include "random_message.hpp"

#include "wire/media.hpp"

#include <catch2/catch.hpp>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/util/message_differencer.h>
#include <mesos/v1/agent.pb.h>
#include <mesos/v1/allocator.pb.h>
#include <mesos/v1/executor.pb.h>
#include <mesos/v1/maintenance.pb.h>
#include <mesos/v1/master.pb.h>
#include <mesos/v1/mesos.pb.h>
#include <mesos/v1/quota.pb.h>
#include <mesos/v1/resource_provider.pb.h>
#include <mesos/v1/scheduler.pb.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using namespace troupe::wire;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;

namespace {

void add_types(const Descriptor& type, std::vector<std::string>& names) {
  if (type.options().map_entry())
    return;
  names.push_back(type.full_name().substr(std::string{"mesos.v1."}.size()));
  for (int i = 0; i < type.nested_type_count(); ++i)
    add_types(*type.nested_type(i), names);
}

/// Every message type of the v1 packages.
std::vector<std::string> all_types() {
  std::vector<std::string> names;
  for (auto sample :
       {mesos::v1::Task::descriptor(), mesos::v1::agent::Call::descriptor(),
        mesos::v1::allocator::InverseOfferStatus::descriptor(),
        mesos::v1::executor::Call::descriptor(), mesos::v1::maintenance::Window::descriptor(),
        mesos::v1::master::Call::descriptor(), mesos::v1::quota::QuotaInfo::descriptor(),
        mesos::v1::resource_provider::Call::descriptor(), mesos::v1::scheduler::Call::descriptor()})
    for (int i = 0; i < sample->file()->message_type_count(); ++i)
      add_types(*sample->file()->message_type(i), names);
  return names;
}

/// Sets every unset field that JSON prints with its default, as a reader of that JSON will have it.
void set_printed_defaults(Message& message) {
  auto reflection = message.GetReflection();
  auto type = message.GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    auto field = type->field(i);
    if (field->is_repeated()) {
      auto size = reflection->FieldSize(message, field);
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE)
        for (int k = 0; k < size; ++k)
          set_printed_defaults(*reflection->MutableRepeatedMessage(&message, field, k));
      continue;
    }
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      if (reflection->HasField(message, field))
        set_printed_defaults(*reflection->MutableMessage(&message, field));
      continue;
    }
    if (reflection->HasField(message, field) || !field->has_default_value() ||
        field->options().deprecated())
      continue;
    switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      reflection->SetBool(&message, field, field->default_value_bool());
      break;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      reflection->SetDouble(&message, field, field->default_value_double());
      break;
    case FieldDescriptor::CPPTYPE_INT32:
      reflection->SetInt32(&message, field, field->default_value_int32());
      break;
    case FieldDescriptor::CPPTYPE_UINT32:
      reflection->SetUInt32(&message, field, field->default_value_uint32());
      break;
    case FieldDescriptor::CPPTYPE_ENUM:
      reflection->SetEnum(&message, field, field->default_value_enum());
      break;
    default:
      FAIL("add a case for the default of " << field->full_name());
    }
  }
}

} // namespace

TEST_CASE("every message type survives both encodings") {
  auto types = all_types();
  REQUIRE(types.size() > 300);
  constexpr int messages_of_each = 20;
  std::mt19937_64 random{20181115};
  for (const auto& type : types) {
    for (int i = 0; i < messages_of_each; ++i) {
      auto message = new_message(type);
      fill_randomly(*message, random);
      INFO(type << " number " << i << ": " << message->ShortDebugString());
      auto from_bytes = new_message(type);
      REQUIRE(decode(media::protobuf, encode(media::protobuf, *message), *from_bytes).error() ==
              "");
      REQUIRE(MessageDifferencer::Equals(*message, *from_bytes));
      auto text = encode(media::json, *message);
      auto from_text = new_message(type);
      REQUIRE(decode(media::json, text, *from_text).error() == "");
      REQUIRE(encode(media::json, *from_text) == text);
      set_printed_defaults(*message);
      REQUIRE(MessageDifferencer::Equals(*message, *from_text));
    }
  }
}

TEST_CASE("random messages of all kinds of fields are printed as JSON that others read") {
  std::mt19937_64 random{7};
  for (int i = 0; i < 2000; ++i) {
    auto zoo = new_zoo();
    fill_randomly(*zoo, random, 2);
    auto text = to_json(*zoo);
    INFO(text);
    REQUIRE(nlohmann::json::accept(text));
    auto again = new_zoo();
    REQUIRE(from_json(text, *again).error() == "");
    REQUIRE(to_json(*again) == text);
    REQUIRE(again->GetReflection()->FieldSize(*again, zoo->GetDescriptor()->field(13)) ==
            zoo->GetReflection()->FieldSize(*zoo, zoo->GetDescriptor()->field(13)));
  }
}

TEST_CASE("no damage to a JSON text does more than refuse it") {
  std::mt19937_64 random{99};
  auto message = new_message("TaskInfo");
  fill_randomly(*message, random);
  auto text = to_json(*message);
  REQUIRE(text.size() > 200);
  int refused = 0;
  for (int i = 0; i < 3000; ++i) {
    auto damaged = text;
    for (int k = 0; k < 2; ++k)
      damaged[random() % damaged.size()] = "{}[]\",:0x\xff\\"[random() % 11];
    auto out = new_message("TaskInfo");
    if (auto result = from_json(damaged, *out); !result) {
      ++refused;
      REQUIRE(out->ByteSizeLong() == 0);
    }
  }
  CHECK(refused > 1000);
}
