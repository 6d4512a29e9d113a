/// The entities of one list as texts: in the form of the older endpoints always, in the encodings of
/// the v1 API only after somebody has asked for them.
#pragma once

#include "http/fragment_pages.hpp"
#include "wire/media.hpp"

#include <array>

namespace google::protobuf {
class Message;
}

namespace troupe::http {

/// The forms in which an entity is shown.
enum class shown_as : std::uint8_t { v0, v1_json, v1_protobuf };

inline constexpr std::array v1_encodings{wire::media::json, wire::media::protobuf};

inline shown_as v1_form(wire::media encoding) {
  return encoding == wire::media::json ? shown_as::v1_json : shown_as::v1_protobuf;
}

class entity_pages {
 public:
  /// Where one entity stands, by form.
  class place {
   public:
    fragment_pages::handle& operator[](shown_as form) {
      return at_[static_cast<std::size_t>(form)];
    }
    fragment_pages::handle operator[](shown_as form) const {
      return at_[static_cast<std::size_t>(form)];
    }
    bool has(shown_as form) const { return (*this)[form] != fragment_pages::none; }

   private:
    std::array<fragment_pages::handle, 3> at_{fragment_pages::none, fragment_pages::none,
                                              fragment_pages::none};
  };

  /// `v1_field`: the number of the list in the v1 API's message.
  explicit entity_pages(int v1_field)
      : v1_field_(v1_field) {}

  /// Adds the entity in that form, or replaces what stands there.
  void put(place& at, shown_as form, std::string_view text);
  /// The same in the form of an item of a v1 list.
  void put(place& at, wire::media encoding, const google::protobuf::Message& entity);
  void remove(const place& at);

  /// Drops all that is there in that encoding; the caller forgets the places.
  void clear(wire::media encoding);

  std::string_view v0_at(const place& at) const { return v0_.at(at[shown_as::v0]); }
  fragment_pages& in(shown_as form);

 private:
  int v1_field_;
  fragment_pages v0_;
  fragment_pages json_;
  fragment_pages protobuf_{""};
};

} // namespace troupe::http
