/// `/reserve`, `/unreserve`, `/create-volumes`, `/destroy-volumes`: operators change the form of an
/// agent's resources. Form-encoded: `slaveId` and `resources` (or `volumes`), a JSON array.
#pragma once

#include "http/router.hpp"
#include "model/outcome.hpp"
#include "protocol/master.hpp"

#include <caf/actor_system.hpp>
#include <google/protobuf/repeated_ptr_field.h>
#include <mesos/v1/mesos.pb.h>

#include <string>

namespace troupe::http {

void add_operation_routes(router& r, caf::actor_system& system, const master_actor& master,
                          const std::string& realm);

/// RESERVE, UNRESERVE, CREATE or DESTROY of these resources.
mesos::v1::Offer_Operation
make_operation(mesos::v1::Offer_Operation_Type type,
               google::protobuf::RepeatedPtrField<mesos::v1::Resource> items);

/// A JSON array of resources, as clients of these endpoints send it.
outcome<google::protobuf::RepeatedPtrField<mesos::v1::Resource>>
read_resource_array(const std::string& text);

} // namespace troupe::http
