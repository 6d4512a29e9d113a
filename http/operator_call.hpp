/// What the operator APIs of master and agent have in common before a call reaches its row.
#pragma once

#include "http/message.hpp"

#include <optional>
#include <set>
#include <string>

namespace google::protobuf {
class Message;
}

namespace troupe::http {

/// The form of a call: its type, and the member that is named like its type, where there is one and
/// `bare` does not excuse it. Nothing when the call may go on; else what is missing.
std::optional<std::string> check_operator_call(const google::protobuf::Message& call,
                                               const std::set<int>& bare = {});

/// The 501 to a call that has no row: of no known type, or not served.
response not_served(const google::protobuf::Message& call);

} // namespace troupe::http
