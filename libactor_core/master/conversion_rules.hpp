/// The rules of `check_conversion` for single resources, each with the reason or nothing.
#pragma once

#include "master/conversion.hpp"
#include "master/info_validation.hpp"

namespace troupe::master {

/// A framework converts what its offers are allocated to.
fault check_allocation(const conversion_place& place, const resource& item);

/// May it come to be reserved like this?
fault check_reserved(const conversion_place& place, const resource& item);
/// May its last reservation be taken away?
fault check_unreserved(const resource& item);
/// May these volumes come to be?
fault check_created(const conversion_place& place, const resources& volumes);
/// May the volume change its size?
fault check_resized(const conversion_place& place, const resource& volume);
/// By how much a volume is to shrink: less than its size, and more than nothing.
outcome<quantity> read_subtraction(const mesos::v1::Value::Scalar& amount, const resource& volume);

} // namespace troupe::master
