include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set_target_properties(troupe_schema PROPERTIES EXPORT_NAME schema)
set_target_properties(troupe_options PROPERTIES EXPORT_NAME options)
get_property(troupe_libraries GLOBAL PROPERTY TROUPE_LIBRARIES)
install(TARGETS ${troupe_libraries} troupe_options EXPORT TroupeTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT TroupeTargets NAMESPACE Troupe:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Troupe)
foreach(folder libactor_core/ allocator isolators http)
  install(DIRECTORY ${folder} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/troupe
    FILES_MATCHING PATTERN "*.hpp" PATTERN "include" EXCLUDE PATTERN "cmake" EXCLUDE)
endforeach()
install(DIRECTORY libactor_core/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY ${CMAKE_BINARY_DIR}/libactor_core/wire/mesos ${CMAKE_BINARY_DIR}/libactor_core/wire/troupe
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/troupe FILES_MATCHING PATTERN "*.pb.h")
install(DIRECTORY libactor_core/wire/mesos libactor_core/wire/troupe
  DESTINATION ${CMAKE_INSTALL_DATADIR}/troupe/proto FILES_MATCHING PATTERN "*.proto")
write_basic_package_version_file(${CMAKE_BINARY_DIR}/TroupeConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES libactor_core/cmake/TroupeConfig.cmake libactor_core/cmake/TroupeDependencies.cmake
  ${CMAKE_BINARY_DIR}/TroupeConfigVersion.cmake DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Troupe)
