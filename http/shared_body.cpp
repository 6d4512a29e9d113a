#include "http/shared_body.hpp"

#include <stdexcept>

namespace troupe::http {

namespace {

constexpr size_t loose_up_to = 1024;
constexpr size_t longest_loose = 64u << 10;

} // namespace

const deflated& body_part::packed() const {
  std::call_once(once_, [this] { packed_ = deflate_piece(text_); });
  return packed_;
}

shared_body::shared_body(std::vector<fragment> parts)
    : parts_(std::move(parts)) {
  std::erase_if(parts_, [](const fragment& each) { return each->text().empty(); });
  for (const auto& each : parts_)
    size_ += each->text().size();
}

std::string shared_body::text() const {
  std::string all;
  all.reserve(size_);
  for (const auto& each : parts_)
    all += each->text();
  return all;
}

void body_builder::add(std::string_view text) {
  if (loose_.size() + text.size() > longest_loose)
    flush();
  loose_ += text;
}

void body_builder::add(const fragment& part) {
  if (part->text().size() <= loose_up_to) {
    loose_ += part->text();
    return;
  }
  flush();
  parts_.push_back(part);
}

void body_builder::add(const shared_body& all) {
  for (const auto& part : all.parts())
    add(part);
}

void body_builder::flush() {
  static const auto comma = std::make_shared<const body_part>(","); // between most parts
  if (loose_.empty())
    return;
  parts_.push_back(loose_ == comma->text() ? comma
                                           : std::make_shared<const body_part>(std::move(loose_)));
  loose_ = {};
}

shared_body_ptr body_builder::finish() {
  flush();
  return std::make_shared<const shared_body>(std::move(parts_));
}

std::optional<std::string> compress(std::string_view before, const shared_body& body,
                                    std::string_view after) {
  try {
    gzip_joiner out;
    if (!before.empty())
      out.add(before, deflate_piece(before));
    for (const auto& each : body.parts())
      out.add(each->text(), each->packed());
    if (!after.empty())
      out.add(after, deflate_piece(after));
    return out.finish();
  } catch (const std::bad_alloc&) {
    return std::nullopt;
  }
}

} // namespace troupe::http
