#include "master/deadlines.hpp"

namespace troupe::master {

void deadlines::arm(timer kind, const std::string& id, steady_time when) {
  disarm(kind, id);
  key name{kind, id};
  armed_.emplace(name, when);
  queue_.emplace(when, std::move(name));
}

void deadlines::disarm(timer kind, const std::string& id) {
  auto found = armed_.find(key{kind, id});
  if (found == armed_.end())
    return;
  queue_.erase({found->second, found->first});
  armed_.erase(found);
}

std::optional<deadlines::due> deadlines::pop(steady_time now) {
  if (queue_.empty() || queue_.begin()->first > now)
    return std::nullopt;
  due result{queue_.begin()->second.first, queue_.begin()->second.second};
  armed_.erase(queue_.begin()->second);
  queue_.erase(queue_.begin());
  return result;
}

std::optional<steady_time> deadlines::next() const {
  if (queue_.empty())
    return std::nullopt;
  return queue_.begin()->first;
}

} // namespace troupe::master
