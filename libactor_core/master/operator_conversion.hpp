/// Operators convert what no task uses:
///
///   operator ──request──▶ master: valid? is it there, offers aside? withdraw offers as needed
///                         master ──convert_available──▶ allocator: really free? then converted
///   operator ◀──answer─── master ◀──────answer───────── allocator
///
/// Between question and answer offers may be on their way that the master has not seen. They are
/// there when the answer comes, so a refusal is followed by another try. While a conversion of an
/// agent is under way the agent does not come back from elsewhere (it asks again), so that the
/// books are never announced anew in between.
#pragma once

#include "master/turn.hpp"

namespace troupe::master {

/// Begins; the answer comes at once or after the allocator's.
void begin_conversion(turn& t, request_id id, const conversion_request& request);

/// The allocator's answer; `refused` is empty when it has converted its books.
void on_conversion_answered(turn& t, request_id id, const std::string& refused);

} // namespace troupe::master
