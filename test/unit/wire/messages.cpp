#include "messages.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>

#include <stdexcept>

namespace troupe::wire {

namespace {

using google::protobuf::DescriptorProto;
using google::protobuf::FieldDescriptorProto;

FieldDescriptorProto& add_field(DescriptorProto& type, const std::string& name, int number,
                                FieldDescriptorProto::Type kind, bool repeated = false,
                                const std::string& type_name = {}) {
  auto& field = *type.add_field();
  field.set_name(name);
  field.set_number(number);
  field.set_type(kind);
  field.set_label(repeated ? FieldDescriptorProto::LABEL_REPEATED
                           : FieldDescriptorProto::LABEL_OPTIONAL);
  if (!type_name.empty())
    field.set_type_name(type_name);
  return field;
}

/// A map is a list of entries, a message type of a special name.
void add_map(DescriptorProto& type, const std::string& name, const std::string& entry_name,
             int number, FieldDescriptorProto::Type key, FieldDescriptorProto::Type value,
             const std::string& value_type = {}) {
  auto& entry = *type.add_nested_type();
  entry.set_name(entry_name);
  entry.mutable_options()->set_map_entry(true);
  add_field(entry, "key", 1, key);
  add_field(entry, "value", 2, value, false, value_type);
  add_field(type, name, number, FieldDescriptorProto::TYPE_MESSAGE, true, ".Zoo." + entry_name);
}

void add_fields(DescriptorProto& zoo) {
  using proto = FieldDescriptorProto;
  add_field(zoo, "i32", 1, proto::TYPE_INT32);
  add_field(zoo, "i64", 2, proto::TYPE_INT64);
  add_field(zoo, "u32", 3, proto::TYPE_UINT32);
  add_field(zoo, "u64", 4, proto::TYPE_UINT64);
  add_field(zoo, "s32", 5, proto::TYPE_SINT32);
  add_field(zoo, "f64", 6, proto::TYPE_FIXED64);
  add_field(zoo, "real32", 7, proto::TYPE_FLOAT);
  add_field(zoo, "real64", 8, proto::TYPE_DOUBLE);
  add_field(zoo, "truth", 9, proto::TYPE_BOOL);
  add_field(zoo, "text", 10, proto::TYPE_STRING);
  add_field(zoo, "raw", 11, proto::TYPE_BYTES);
  add_field(zoo, "animal", 12, proto::TYPE_ENUM, false, ".Zoo.Animal");
  add_field(zoo, "inner", 13, proto::TYPE_MESSAGE, false, ".Zoo");
  add_field(zoo, "i32s", 14, proto::TYPE_INT32, true);
  add_field(zoo, "i64s", 15, proto::TYPE_INT64, true);
  add_field(zoo, "u32s", 16, proto::TYPE_UINT32, true);
  add_field(zoo, "u64s", 17, proto::TYPE_UINT64, true);
  add_field(zoo, "reals32", 18, proto::TYPE_FLOAT, true);
  add_field(zoo, "reals64", 19, proto::TYPE_DOUBLE, true);
  add_field(zoo, "truths", 20, proto::TYPE_BOOL, true);
  add_field(zoo, "texts", 21, proto::TYPE_STRING, true);
  add_field(zoo, "raws", 22, proto::TYPE_BYTES, true);
  add_field(zoo, "animals", 23, proto::TYPE_ENUM, true, ".Zoo.Animal");
  add_field(zoo, "inners", 24, proto::TYPE_MESSAGE, true, ".Zoo");
  add_map(zoo, "names", "NamesEntry", 25, proto::TYPE_STRING, proto::TYPE_STRING);
  add_map(zoo, "zoos", "ZoosEntry", 26, proto::TYPE_INT32, proto::TYPE_MESSAGE, ".Zoo");
  add_map(zoo, "pets", "PetsEntry", 27, proto::TYPE_BOOL, proto::TYPE_ENUM, ".Zoo.Animal");
  auto& old = add_field(zoo, "old", 28, proto::TYPE_STRING);
  old.set_default_value("x");
  old.mutable_options()->set_deprecated(true);
  add_field(zoo, "fresh", 29, proto::TYPE_STRING).set_default_value("y");
}

google::protobuf::FileDescriptorProto zoo_schema() {
  google::protobuf::FileDescriptorProto file;
  file.set_name("zoo.proto");
  auto& zoo = *file.add_message_type();
  zoo.set_name("Zoo");
  auto& animal = *zoo.add_enum_type();
  animal.set_name("Animal");
  auto& cat = *animal.add_value();
  cat.set_name("CAT");
  cat.set_number(0);
  auto& dog = *animal.add_value();
  dog.set_name("DOG");
  dog.set_number(1);
  add_fields(zoo);
  return file;
}

/// A schema that lives as long as the process, as the generated ones do.
class zoo_types {
 public:
  zoo_types() {
    auto file = pool_.BuildFile(zoo_schema());
    if (file == nullptr)
      throw std::runtime_error("the schema of the tests is malformed");
    prototype_ = factory_.GetPrototype(file->FindMessageTypeByName("Zoo"));
  }

  std::unique_ptr<google::protobuf::Message> make() const {
    return std::unique_ptr<google::protobuf::Message>{prototype_->New()};
  }

 private:
  google::protobuf::DescriptorPool pool_;
  google::protobuf::DynamicMessageFactory factory_{&pool_};
  const google::protobuf::Message* prototype_ = nullptr;
};

} // namespace

std::unique_ptr<google::protobuf::Message> new_message(const std::string& name) {
  using namespace google::protobuf;
  auto type = DescriptorPool::generated_pool()->FindMessageTypeByName("mesos.v1." + name);
  if (type == nullptr)
    throw std::runtime_error("no message type " + name);
  auto prototype = MessageFactory::generated_factory()->GetPrototype(type);
  return std::unique_ptr<Message>{prototype->New()};
}

std::unique_ptr<google::protobuf::Message> new_zoo() {
  static const zoo_types types;
  return types.make();
}

std::string reprint_zoo(std::string_view text) {
  auto zoo = new_zoo();
  if (auto result = from_json(text, *zoo); !result)
    return "refused: " + result.error();
  auto printed = to_json(*zoo);
  constexpr std::string_view fresh = "\"fresh\":\"y\"";
  while (true) {
    auto at = printed.find(fresh);
    if (at == printed.npos)
      return printed;
    auto comma_before = printed[at - 1] == ',';
    printed.erase(comma_before ? at - 1 : at, fresh.size() + (comma_before ? 1 : 0));
  }
}

} // namespace troupe::wire
