/// Random messages of any type, by reflection.
#pragma once

#include <google/protobuf/message.h>

#include <random>

namespace troupe::wire {

/// Sets fields of `message` at random: all required ones, and others less often the deeper they
/// lie, so that messages stay small. Numbers come from the whole range with the extremes often; strings
/// have quotes, control characters and characters of one to four bytes; bytes are any. Doubles are
/// finite.
void fill_randomly(google::protobuf::Message& message, std::mt19937_64& random, int depth = 0);

} // namespace troupe::wire
