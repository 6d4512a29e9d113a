/// `/help`, `/help/<actor>`, `/help/<actor>/<endpoint>`: which endpoints there are and what they
/// are for.
#pragma once

#include "http/router.hpp"

namespace troupe::http {

/// For the endpoints that `r` has now: add it last. A page for people, `?format=json` for programs,
/// who get the whole list whatever the path.
void add_help_routes(router& r);

} // namespace troupe::http
