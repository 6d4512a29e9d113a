# find_package(Troupe) gives Troupe::master, Troupe::agent, Troupe::allocator, ... as static libraries.
include(${CMAKE_CURRENT_LIST_DIR}/TroupeDependencies.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/TroupeTargets.cmake)
