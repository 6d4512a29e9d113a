#include "http/operator_call.hpp"

#include <google/protobuf/message.h>

#include <algorithm>
#include <cctype>

namespace troupe::http {

namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

const google::protobuf::EnumValueDescriptor& type_of(const google::protobuf::Message& call) {
  const auto* field = call.GetDescriptor()->FindFieldByName("type");
  return *call.GetReflection()->GetEnum(call, field);
}

} // namespace

std::optional<std::string> check_operator_call(const google::protobuf::Message& call,
                                               const std::set<int>& bare) {
  const auto& reflection = *call.GetReflection();
  if (!reflection.HasField(call, call.GetDescriptor()->FindFieldByName("type")))
    return "Expecting 'type' to be present";
  const auto& type = type_of(call);
  const auto name = lower(type.name());
  const auto* member = call.GetDescriptor()->FindFieldByName(name);
  if (member == nullptr || reflection.HasField(call, member) || bare.contains(type.number()))
    return std::nullopt;
  return "Expecting '" + name + "' to be present";
}

response not_served(const google::protobuf::Message& call) {
  const auto& type = type_of(call);
  if (type.number() == 0)
    return error(501, "501 Not Implemented.");
  return error(501, "The call " + type.name() + " is not implemented");
}

} // namespace troupe::http
