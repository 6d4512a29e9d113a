# find_package(Troupe) gives Troupe::troupe_master, Troupe::troupe_agent, ... as static libraries.
include(${CMAKE_CURRENT_LIST_DIR}/TroupeDependencies.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/TroupeTargets.cmake)
