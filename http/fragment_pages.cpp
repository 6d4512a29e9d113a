#include "http/fragment_pages.hpp"

#include <algorithm>

namespace troupe::http {

namespace {

constexpr std::size_t page_size = 16u << 10;

} // namespace

std::string& fragment_pages::page::unseal() {
  if (sealed) {
    open.reserve(std::max(page_size, sealed->text().size()));
    open = sealed->text();
    sealed.reset();
  }
  return open;
}

std::size_t fragment_pages::page::find(handle item) const {
  std::size_t i = 0;
  while (slices[i].item != item)
    ++i;
  return i;
}

void fragment_pages::page::append(handle item, std::string_view text, std::string_view separator) {
  auto& to = unseal();
  if (!slices.empty())
    to += separator;
  slices.push_back(
      {item, static_cast<std::uint32_t>(to.size()), static_cast<std::uint32_t>(text.size())});
  to += text;
}

/// Takes the item and one separator (of that length) beside it away.
void fragment_pages::page::cut(std::size_t index, std::size_t separator) {
  auto& text = unseal();
  const auto [item, begin, length] = slices[index];
  const bool last = index + 1 == slices.size();
  const auto from = last && index > 0 ? begin - separator : begin;
  const auto count = static_cast<std::uint32_t>(length + (slices.size() > 1 ? separator : 0));
  text.erase(from, count);
  slices.erase(slices.begin() + static_cast<std::ptrdiff_t>(index));
  for (auto i = index; i < slices.size(); ++i)
    slices[i].begin -= count;
}

fragment_pages::handle fragment_pages::add(std::string_view item) {
  handle id = 0;
  if (free_.empty()) {
    id = static_cast<handle>(items_.size());
    items_.push_back(nullptr);
  } else {
    id = free_.back();
    free_.pop_back();
  }
  if (pages_.empty() || pages_.back().text().size() + item.size() > page_size) {
    auto& fresh = pages_.emplace_back();
    fresh.self = std::prev(pages_.end());
  }
  items_[id] = &pages_.back();
  pages_.back().append(id, item, separator_);
  return id;
}

void fragment_pages::replace(handle at, std::string_view item) {
  auto& where = *items_[at];
  const auto index = where.find(at);
  auto& old = where.slices[index];
  const auto grown = where.text().size() + item.size() - old.length;
  if (grown > 2 * page_size && where.slices.size() > 1) {
    where.cut(index, separator_.size());
    auto& fresh = pages_.emplace_back();
    fresh.self = std::prev(pages_.end());
    items_[at] = &fresh;
    fresh.append(at, item, separator_);
    return;
  }
  where.unseal().replace(old.begin, old.length, item);
  const auto shift = static_cast<std::uint32_t>(item.size()) - old.length; // wraps when it shrinks
  old.length = static_cast<std::uint32_t>(item.size());
  for (auto i = index + 1; i < where.slices.size(); ++i)
    where.slices[i].begin += shift;
}

void fragment_pages::remove(handle at) {
  auto& where = *items_[at];
  items_[at] = nullptr;
  free_.push_back(at);
  where.cut(where.find(at), separator_.size());
  const auto self = where.self;
  if (where.slices.empty())
    pages_.erase(self);
  else if (where.open.size() < page_size / 2)
    merge_with_next(self);
}

/// Keeps pages half full where items come and go.
void fragment_pages::merge_with_next(std::list<page>::iterator at) {
  const auto next = std::next(at);
  if (next == pages_.end() || next->text().size() + at->text().size() > page_size / 2)
    return;
  for (const auto& each : next->slices) {
    at->append(each.item, next->text().substr(each.begin, each.length), separator_);
    items_[each.item] = &*at;
  }
  pages_.erase(next);
}

std::string_view fragment_pages::at(handle item) const {
  const auto& where = *items_[item];
  const auto& found = where.slices[where.find(item)];
  return where.text().substr(found.begin, found.length);
}

void fragment_pages::append_to(body_builder& out) {
  bool first = true;
  for (auto& each : pages_) {
    if (!first)
      out.add(separator_);
    first = false;
    if (!each.sealed) {
      each.open.shrink_to_fit();
      each.sealed = std::make_shared<const body_part>(std::move(each.open));
      each.open = {};
    }
    out.add(each.sealed);
  }
}

} // namespace troupe::http
