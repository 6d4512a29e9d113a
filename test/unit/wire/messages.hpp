/// Helpers to make and inspect messages in tests.
#pragma once

#include "wire/json.hpp"

#include <google/protobuf/message.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace troupe::wire {

/// The message that `text` says; throws with the reason if it is refused.
template <class Message>
Message read(std::string_view text) {
  Message message;
  if (auto result = from_json(text, message); !result)
    throw std::runtime_error("refused: " + result.error());
  return message;
}

/// Why `text` is refused as a `Message`; empty if it is not.
template <class Message>
std::string refusal(std::string_view text) {
  Message message;
  return from_json(text, message).error();
}

/// What `text` says, printed again.
template <class Message>
std::string reprint(std::string_view text) {
  return to_json(read<Message>(text));
}

/// An empty message of `mesos.v1.<name>`.
std::unique_ptr<google::protobuf::Message> new_message(const std::string& name);

/// An empty message of a type made for these tests, with fields of every kind that the wire's own
/// messages happen not to have:
///
///     message Zoo {
///       enum Animal { CAT = 0; DOG = 1; }
///       optional int32 i32 = 1;    optional int64 i64 = 2;    optional uint32 u32 = 3;
///       optional uint64 u64 = 4;   optional sint32 s32 = 5;   optional fixed64 f64 = 6;
///       optional float real32 = 7; optional double real64 = 8;
///       optional bool truth = 9;   optional string text = 10; optional bytes raw = 11;
///       optional Animal animal = 12; optional Zoo inner = 13;
///       repeated int32 i32s = 14;  repeated int64 i64s = 15;  repeated uint32 u32s = 16;
///       repeated uint64 u64s = 17; repeated float reals32 = 18; repeated double reals64 = 19;
///       repeated bool truths = 20; repeated string texts = 21; repeated bytes raws = 22;
///       repeated Animal animals = 23; repeated Zoo inners = 24;
///       map<string, string> names = 25; map<int32, Zoo> zoos = 26; map<bool, Animal> pets = 27;
///       optional string old = 28 [default = "x", deprecated = true];
///       optional string fresh = 29 [default = "y"];
///     }
std::unique_ptr<google::protobuf::Message> new_zoo();

/// What `text` says as a zoo, printed again without `fresh`; "refused: ..." if it is refused.
std::string reprint_zoo(std::string_view text);

} // namespace troupe::wire
