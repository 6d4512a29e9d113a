/// The items of a list, each a text of its own, kept joined in pages that answers share. A change
/// costs its page at most; items that stand still cost an answer nothing.
#pragma once

#include "http/shared_body.hpp"

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::http {

/// Pages hold some 16 KiB: an answer has few of them, and one that an answer still has is quickly
/// copied when an item changes. The order of items is not kept.
class fragment_pages {
 public:
  using handle = std::uint32_t;
  static constexpr handle none = UINT32_MAX;

  /// `separator` stands between items: a comma in a JSON array, nothing in binary protobuf. It must
  /// live as long as the pages.
  explicit fragment_pages(std::string_view separator = ",")
      : separator_(separator) {}
  fragment_pages(fragment_pages&&) = default;
  fragment_pages& operator=(fragment_pages&&) = default;
  fragment_pages(const fragment_pages&) = delete;
  fragment_pages& operator=(const fragment_pages&) = delete;

  /// Adds an item; the handle names it until it is removed.
  handle add(std::string_view item);
  void replace(handle at, std::string_view item);
  void remove(handle at);

  /// Valid until the next change.
  std::string_view at(handle item) const;

  std::size_t size() const { return items_.size() - free_.size(); }
  bool empty() const { return size() == 0; }

  /// The items with separators between.
  void append_to(body_builder& out);

 private:
  struct slice {
    handle item;
    std::uint32_t begin;
    std::uint32_t length;
  };

  /// Either sealed, and shared with answers, or open to changes.
  struct page {
    std::string open;
    fragment sealed;
    std::vector<slice> slices; ///< in the order of the text
    std::list<page>::iterator self;

    std::string_view text() const { return sealed ? sealed->text() : open; }
    std::string& unseal();
    std::size_t find(handle item) const;
    void append(handle item, std::string_view text, std::string_view separator);
    void cut(std::size_t index, std::size_t separator);
  };

  void merge_with_next(std::list<page>::iterator at);

  std::string_view separator_;
  std::list<page> pages_;
  std::vector<page*> items_; ///< by handle: where it stands; null: free
  std::vector<handle> free_;
};

} // namespace troupe::http
