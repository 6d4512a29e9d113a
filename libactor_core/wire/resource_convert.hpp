/// Resources, attributes and quantities: wire messages to model values and back.
#pragma once

#include "model/attributes.hpp"
#include "model/outcome.hpp"
#include "model/resource_limits.hpp"
#include "model/resources.hpp"

#include <google/protobuf/map.h>
#include <google/protobuf/repeated_ptr_field.h>

#include <string>
#include <string_view>
#include <vector>

namespace mesos::v1 {
class Attribute;
class Labels;
class Resource;
class Value_Scalar;
} // namespace mesos::v1

namespace troupe::wire {

/// How reservations are written, see the reservation fields of `Resource`.
enum class resource_format {
  pre_refinement,  ///< `role` and `reservation`; refined reservations can't be written
  post_refinement, ///< `reservations` only
  endpoint,        ///< both for unrefined resources, only `reservations` for refined ones
};

using resource_list = google::protobuf::RepeatedPtrField<mesos::v1::Resource>;
using scalar_map = google::protobuf::Map<std::string, mesos::v1::Value_Scalar>;

/// Reads one resource in either format after checking it: name, type with its value and no other,
/// nothing negative, whole gpus, a well-formed reservation stack, valid roles. The error says which
/// resource and what is wrong. An empty amount is valid here.
outcome<resource> from_proto(const mesos::v1::Resource& message);
/// Reads a list into a bag (empty amounts vanish); the first bad one makes the whole list fail.
outcome<resources> from_proto(const resource_list& list);

/// Writes one resource. With pre_refinement it must not have refined reservations (programming
/// error).
mesos::v1::Resource to_proto(const resource& item, resource_format format);
/// Writes a bag, a shared resource once per copy. With pre_refinement, resources with refined
/// reservations are left out.
resource_list to_proto(const resources& items, resource_format format);
/// The same into the list of a message, in place of what was there.
void write_resources(const resources& items, resource_format format, resource_list* out);

/// Refused: TEXT without text, a value that does not match the type.
outcome<std::vector<attribute>>
attributes_from_proto(const google::protobuf::RepeatedPtrField<mesos::v1::Attribute>& list);
google::protobuf::RepeatedPtrField<mesos::v1::Attribute>
attributes_to_proto(const std::vector<attribute>& attributes);

/// Refused: negative, not a number, too big. Zero amounts vanish.
outcome<quantities> quantities_from_proto(const scalar_map& map);
scalar_map quantities_to_proto(const quantities& amounts);
outcome<resource_limits> limits_from_proto(const scalar_map& map);
scalar_map limits_to_proto(const resource_limits& limits);

label_list labels_from_proto(const mesos::v1::Labels& labels);
mesos::v1::Labels labels_to_proto(const label_list& labels);

} // namespace troupe::wire
