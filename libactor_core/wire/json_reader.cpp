#include "wire/json.hpp"
#include "wire/json_scalar.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <nlohmann/json.hpp>

#include <unordered_map>
#include <vector>

namespace troupe::wire {

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

/// Handler of the parser's events: fills the message while the text is read, without a tree of it.
///
/// Invariant: `frames_` are the objects that are open and not skipped, innermost last; the values
/// of a member nobody knows are passed over and counted by `skipped_levels_` alone.
class reader {
 public:
  using json = nlohmann::json;

  explicit reader(Message& root)
      : root_(root) {
    // nop
  }

  bool null() {
    if (frames_.empty())
      return fail_root();
    finish_element();
    return true;
  }

  bool boolean(bool value) { return scalar(value); }

  bool number_integer(json::number_integer_t value) { return scalar(std::int64_t{value}); }

  bool number_unsigned(json::number_unsigned_t value) { return scalar(std::uint64_t{value}); }

  bool number_float(json::number_float_t value, const json::string_t&) {
    return scalar(double{value});
  }

  bool string(json::string_t& value) { return scalar(std::string_view{value}); }

  bool binary(json::binary_t&) { return fail("binary value"); }

  bool start_object(std::size_t) {
    if (!enter())
      return false;
    if (skipped_levels_ > 0)
      return true;
    if (frames_.empty()) {
      frames_.push_back({&root_});
      return true;
    }
    auto& top = frames_.back();
    if (top.field == nullptr) {
      skipped_levels_ = 1;
      return true;
    }
    if (top.opens_map()) {
      frames_.push_back({top.message, top.field, true});
      return true;
    }
    auto field = top.value_field();
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE)
      return fail_kind(*field, "an object");
    frames_.push_back({add_message(top, *field)});
    return true;
  }

  bool key(json::string_t& name) {
    if (skipped_levels_ > 0)
      return true;
    auto& top = frames_.back();
    if (top.is_map) {
      return map_key(top, name);
    }
    top.field = top.message->GetDescriptor()->FindFieldByName(name);
    if (top.field != nullptr)
      top.message->GetReflection()->ClearField(top.message, top.field);
    return true;
  }

  bool end_object() {
    --levels_;
    if (skipped_levels_ > 0) {
      --skipped_levels_;
      return true;
    }
    frames_.pop_back();
    if (!frames_.empty())
      finish_element();
    return true;
  }

  bool start_array(std::size_t) {
    if (!enter())
      return false;
    if (skipped_levels_ > 0)
      return true;
    if (frames_.empty())
      return fail_root();
    auto& top = frames_.back();
    if (top.field == nullptr) {
      skipped_levels_ = 1;
      return true;
    }
    if (top.is_map || top.in_array || !top.field->is_repeated() || top.field->is_map())
      return fail_kind(top.opens_map() ? *top.field : *top.value_field(), "an array");
    top.in_array = true;
    top.index = 0;
    return true;
  }

  bool end_array() {
    --levels_;
    if (skipped_levels_ > 0)
      --skipped_levels_;
    else
      frames_.back().in_array = false;
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const json::exception& e) {
    // "[json.exception.parse_error.101] parse error at line 1, column 5: ..."
    std::string_view what = e.what();
    if (auto tag = what.find("] "); tag != what.npos)
      what.remove_prefix(tag + 2);
    return set_error("malformed JSON: " + sanitized(what, 200));
  }

  const std::string& error() const { return error_; }

 private:
  struct frame {
    Message* message;
    /// The member whose value comes next; null if it is unknown. In a map: the map field.
    const FieldDescriptor* field = nullptr;
    bool is_map = false;
    bool in_array = false;
    std::size_t index = 0;
    /// In a map: the key whose value comes next, as text and as the entry holds it.
    std::string key{};
    field_value entry_key{};
    /// In a map: where the entry of a key lies in the map's list.
    std::unordered_map<std::string, int> entries{};

    bool opens_map() const { return !is_map && field->is_map(); }

    const FieldDescriptor* value_field() const {
      return is_map ? field->message_type()->map_value() : field;
    }
  };

  bool enter() {
    if (++levels_ > max_json_depth)
      return set_error("JSON is nested more than " + std::to_string(max_json_depth) +
                       " levels deep");
    if (skipped_levels_ > 0)
      ++skipped_levels_;
    return true;
  }

  void finish_element() {
    if (skipped_levels_ == 0 && frames_.back().in_array)
      ++frames_.back().index;
  }

  bool map_key(frame& top, const std::string& name) {
    top.key = name;
    auto read = read_scalar(std::string_view{name}, *top.field->message_type()->map_key());
    if (!read.value)
      return fail(read.error);
    top.entry_key = std::move(*read.value);
    return true;
  }

  bool scalar(const json_scalar& value) {
    if (frames_.empty())
      return fail_root();
    auto& top = frames_.back();
    if (skipped_levels_ > 0 || top.field == nullptr)
      return true;
    if (top.opens_map())
      return fail_kind(*top.field, kind_name(value));
    auto field = top.value_field();
    auto read = read_scalar(value, *field);
    if (!read.error.empty())
      return fail(read.error);
    if (read.value)
      store_scalar(*read.value, *holder(top), *field);
    finish_element();
    return true;
  }

  /// The message that holds the next value: in a map the key's entry, emptied if it has one.
  Message* holder(frame& top) {
    if (!top.is_map)
      return top.message;
    auto reflection = top.message->GetReflection();
    auto size = reflection->FieldSize(*top.message, top.field);
    auto [known, added] = top.entries.emplace(top.key, size);
    auto entry = added ? reflection->AddMessage(top.message, top.field)
                       : reflection->MutableRepeatedMessage(top.message, top.field, known->second);
    entry->Clear();
    store_scalar(top.entry_key, *entry, *top.field->message_type()->map_key());
    return entry;
  }

  Message* add_message(frame& top, const FieldDescriptor& field) {
    auto target = holder(top);
    auto reflection = target->GetReflection();
    return field.is_repeated() ? reflection->AddMessage(target, &field)
                               : reflection->MutableMessage(target, &field);
  }

  std::string path() const {
    std::string result;
    for (const auto& level : frames_) {
      if (level.is_map) {
        result += "[" + printable(level.key) + "]";
        continue;
      }
      if (level.field == nullptr)
        break;
      if (!result.empty())
        result += '.';
      result += level.field->name();
      if (level.in_array)
        result += "[" + std::to_string(level.index) + "]";
    }
    return result;
  }

  bool fail_root() { return set_error("expected a JSON object"); }

  bool fail_kind(const FieldDescriptor& field, std::string_view got) {
    return fail("expected " + expected_kind(field) + ", got " + std::string{got});
  }

  bool fail(const std::string& reason) { return set_error(path() + ": " + reason); }

  bool set_error(std::string reason) {
    error_ = std::move(reason);
    return false;
  }

  Message& root_;
  std::vector<frame> frames_;
  std::size_t levels_ = 0;
  std::size_t skipped_levels_ = 0;
  std::string error_;
};

} // namespace

decode_result from_json(std::string_view text, google::protobuf::Message& out) {
  auto refuse = [&out](std::string reason) {
    out.Clear();
    return decode_result::failure(std::move(reason));
  };
  out.Clear();
  if (text.empty())
    return refuse("expected a JSON object, got an empty text");
  reader handler{out};
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &handler))
    return refuse(handler.error());
  if (!out.IsInitialized())
    return refuse("missing required fields: " + out.InitializationErrorString());
  return {};
}

} // namespace troupe::wire
