#pragma once

#include "http/message.hpp"
#include "http/responder.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::http {

/// One endpoint.
struct route {
  std::string actor; ///< first path component: `master`, `slave(1)`, `files`, ...
  std::string path;  ///< below the actor: `/state`, `/api/v1`, or "" for the actor itself
  std::vector<std::string> methods; ///< empty: any (read-only endpoints do not look)
  handler handle;
  bool exact = false; ///< paths below it do not reach it (`/redirect`)
  bool jsonp = true;  ///< honours `?jsonp=`
  std::string realm;  ///< authentication realm for the filter; empty: none
  bool alias = false; ///< another name for an endpoint
};

/// Finds the endpoint of a request. A path begins with an actor's name (`/master/state`,
/// `/slave%281%29/state`, `/files/read`); any other path belongs to the delegate actor. Within an
/// actor the longest endpoint that the path equals or stands below wins, by whole components.
/// Immutable once the server runs.
class router {
 public:
  /// Looks at a request before its handler (authentication, firewall): may set `request.principal`,
  /// or refuse by giving the answer. Runs on a worker thread.
  using filter = std::function<std::optional<response>(request&, const route&)>;

  /// `delegate`: the actor of paths without an actor: `master`, `slave(1)`.
  explicit router(std::string delegate);

  router& add(route r);

  /// `add` for an endpoint that answers at once.
  router& get(std::string actor, std::string path, std::function<response(const request&)> f);

  /// Another name for an endpoint: `alias("master", "/state.json", "/state")`.
  router& alias(const std::string& actor, std::string path, const std::string& original);

  router& set_filter(filter f);

  /// Sets `path` and `rest` of the request, checks method and callback name, filters, and calls the
  /// handler; answers 404, 405 or 400 itself.
  void dispatch(std::shared_ptr<request> req, responder out) const;

  /// Every endpoint, by actor and path.
  std::vector<const route*> routes() const;

  struct match {
    const route* found = nullptr;
    std::string path;
    std::string rest;
  };

  /// The endpoint of a raw request target; `found` is null when there is none.
  match find(std::string_view target) const;

 private:
  using endpoints = std::map<std::string, route>; // by path
  std::map<std::string, endpoints> actors_;
  std::string delegate_;
  filter filter_;
};

/// `cb`, `angular.callbacks._0`, `x["y"]` without the quotes: letters, digits, `_ $ . [ ]`, not
/// beginning with a digit, at most 128 characters.
bool valid_callback(std::string_view name);

} // namespace troupe::http
