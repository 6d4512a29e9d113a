# How every target of Troupe is built: one function per kind, so that the folders' files stay short.
add_library(troupe_options INTERFACE)
target_include_directories(troupe_options INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/libactor_core>
  $<INSTALL_INTERFACE:include/troupe> $<INSTALL_INTERFACE:include>)
target_compile_features(troupe_options INTERFACE cxx_std_20)
# Deprecated proto fields still have to be read and written for older clients.
target_compile_options(troupe_options INTERFACE
  $<BUILD_INTERFACE:-Wall;-Wextra;-Werror;-Wno-deprecated-declarations>)
# gcc 12 reports these in correct std::string and std::variant code when it optimizes; debug builds keep them.
set(false_alarms -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread
  -Wno-maybe-uninitialized)
target_compile_options(troupe_options INTERFACE
  "$<BUILD_INTERFACE:$<$<NOT:$<CONFIG:Debug>>:${false_alarms}>>")

# The compiler's garbage collector costs a tenth of the build; a compilation stays below 1.5 GiB without.
add_compile_options(--param=ggc-min-heapsize=1000000)

find_program(TROUPE_CCACHE ccache)
if(TROUPE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${TROUPE_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}/.. CCACHE_NOHASHDIR=1 ${TROUPE_CCACHE})
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
endif()
find_library(TROUPE_JEMALLOC jemalloc)
find_program(TROUPE_MOLD mold)
if(TROUPE_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# What is worth compiling once for all.
set(TROUPE_COMMON_HEADERS <caf/all.hpp> <mesos/v1/mesos.pb.h> <mesos/v1/scheduler.pb.h> <troupe/link.pb.h>
  <map> <memory> <optional> <set> <string> <unordered_map> <variant> <vector>)

# troupe_library(NAME deps...): a static library of all sources in this folder.
function(troupe_library name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(sources)
    add_library(troupe_${name} STATIC ${sources})
    target_link_libraries(troupe_${name} PUBLIC troupe_options ${ARGN})
  else()
    add_library(troupe_${name} INTERFACE)
    target_link_libraries(troupe_${name} INTERFACE troupe_options ${ARGN})
  endif()
  add_library(Troupe::${name} ALIAS troupe_${name})
  set_target_properties(troupe_${name} PROPERTIES EXPORT_NAME ${name})
  set_property(GLOBAL APPEND PROPERTY TROUPE_LIBRARIES troupe_${name})
endfunction()

# Use the precompiled CAF and wire headers of troupe_protocol, or another target's that has the same flags.
function(troupe_use_pch target)
  get_target_property(kind ${target} TYPE)
  set(owner troupe_protocol ${ARGN})
  list(POP_BACK owner last)
  if(NOT kind STREQUAL "INTERFACE_LIBRARY")
    target_precompile_headers(${target} REUSE_FROM ${last})
  endif()
endfunction()

# The process allocates with jemalloc (ADR 0006). Sanitizers bring their own.
function(troupe_use_jemalloc target)
  if(TROUPE_JEMALLOC AND NOT CMAKE_CXX_FLAGS_DEBUG MATCHES "fsanitize")
    target_link_libraries(${target} PRIVATE ${TROUPE_JEMALLOC})
  endif()
endfunction()
