/// Reasons on their way between actors.
#pragma once

#include "model/outcome.hpp"

#include <caf/error.hpp>
#include <caf/sec.hpp>

#include <string>

namespace troupe {

/// A failure as the error of an answer.
caf::error to_error(const failure& why);

/// The reason in an error of `to_error`; for CAF's own errors their name.
std::string text_of(const caf::error& why);

} // namespace troupe
