/// Writes JSON objects and arrays straight into a string, in the order of the calls.
#pragma once

#include "wire/json.hpp"

#include <concepts>
#include <string>
#include <string_view>

namespace troupe::http {

/// Opens `{` when made and writes members; the caller closes it. Keys must need no escaping, except
/// those of `foreign_key`.
class json_object {
 public:
  explicit json_object(std::string& out)
      : out_(out) {
    out_ += '{';
  }

  /// The key and colon; the caller appends the value.
  std::string& key(std::string_view name) {
    if (!first_)
      out_ += ',';
    first_ = false;
    out_ += '"';
    out_ += name;
    out_ += "\":";
    return out_;
  }

  /// The same for a name that came from outside.
  std::string& foreign_key(std::string_view name) {
    if (!first_)
      out_ += ',';
    first_ = false;
    wire::append_json_string(out_, name);
    out_ += ':';
    return out_;
  }

  void text(std::string_view name, std::string_view value) {
    wire::append_json_string(key(name), value);
  }

  void number(std::string_view name, double value) { wire::append_json_double(key(name), value); }

  void integer(std::string_view name, std::integral auto value) {
    key(name) += std::to_string(value);
  }

  void boolean(std::string_view name, bool value) { key(name) += value ? "true" : "false"; }

  void message(std::string_view name, const google::protobuf::Message& value) {
    wire::append_json(key(name), value);
  }

  void close() { out_ += '}'; }

 private:
  std::string& out_;
  bool first_ = true;
};

/// Writes `[`, each item by `write(out, item)` with commas between, and `]`.
template <class Range, class Write>
void append_json_array(std::string& out, const Range& items, Write write) {
  out += '[';
  bool first = true;
  for (const auto& item : items) {
    if (!first)
      out += ',';
    first = false;
    write(out, item);
  }
  out += ']';
}

} // namespace troupe::http
