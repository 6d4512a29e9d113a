/// The body of an answer that many clients get: an immutable list of immutable parts. Nobody copies
/// them, and each is compressed once for all answers it stands in.
#pragma once

#include "http/compression.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::http {

/// A piece of text, shared with everyone who sends it. Any thread.
class body_part {
 public:
  explicit body_part(std::string text)
      : text_(std::move(text)) {}

  const std::string& text() const { return text_; }

  /// The text as a piece of a deflate stream. Made when it is wanted first; who comes meanwhile
  /// waits for it.
  const deflated& packed() const;

 private:
  std::string text_;
  mutable std::once_flag once_;
  mutable deflated packed_;
};

using fragment = std::shared_ptr<const body_part>;

/// Parts that are not empty, in order.
class shared_body {
 public:
  explicit shared_body(std::vector<fragment> parts);

  const std::vector<fragment>& parts() const { return parts_; }

  /// Bytes of all parts.
  size_t size() const { return size_; }

  /// For tests and small answers.
  std::string text() const;

 private:
  std::vector<fragment> parts_;
  size_t size_ = 0;
};

using shared_body_ptr = std::shared_ptr<const shared_body>;

/// Joins texts and shared parts to a body. What is small is copied together with its neighbours: a
/// system call gathers only so many pieces.
class body_builder {
 public:
  void add(std::string_view text);
  void add(const fragment& part);
  void add(const shared_body& all);

  shared_body_ptr finish();

 private:
  void flush();

  std::vector<fragment> parts_;
  std::string loose_;
};

/// `before`, the body and `after` as one gzip member; nullopt if zlib has no memory for it. Parts
/// that were compressed before cost a copy of their compressed form.
std::optional<std::string> compress(std::string_view before, const shared_body& body,
                                    std::string_view after);

} // namespace troupe::http
