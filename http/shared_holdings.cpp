#include "http/shared_holdings.hpp"

#include <algorithm>

namespace troupe::http {

shared_body_ptr shared_holdings::hold(shared_body_ptr body) {
  if (!body)
    return nullptr;
  if (bodies_[body.get()]++ == 0)
    for (const auto& part : body->parts())
      if (parts_[part.get()]++ == 0)
        bytes_ += part->text().size();
  settle();
  const auto* address = body.get();
  return {address, [self = shared_from_this(), body = std::move(body)](const shared_body*) {
            self->release(*body);
          }};
}

void shared_holdings::release(const shared_body& body) {
  const auto found = bodies_.find(&body);
  if (--found->second > 0)
    return;
  bodies_.erase(found);
  for (const auto& part : body.parts()) {
    const auto at = parts_.find(part.get());
    if (--at->second > 0)
      continue;
    bytes_ -= part->text().size();
    parts_.erase(at);
  }
  settle();
}

void shared_holdings::settle() {
  // Past the bound the caller ends a reader: that is the policy, not the refusal of new requests.
  [[maybe_unused]] const bool fits = charge_.set(std::min(bytes_, limit_));
}

} // namespace troupe::http
