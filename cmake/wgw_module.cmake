# wgw_module(<name> [DEPS <module>...] [TEST_DEPS <module>...] [LINK <target>...])
#
# One folder of src/ = one static library wgw::<name> + one test program <name>_test.
#   DEPS       modules this folder may include. tools/check_layers.py reads the same
#              line, so an include that is not declared here fails the `layers` test.
#   TEST_DEPS  further modules that only *_test.cpp may include.
#   LINK       third-party targets, private: they must not leak through our headers.
# Sources are every *.cpp beside the CMakeLists.txt; *_test.cpp and test_*.cpp go to the tests. What needs a real server is
# in *_cluster_test.cpp: a program <name>_cluster_test, whose tests ctest calls cluster:<name>:…; they share the test_*.cpp.
# These programs are built by the target cluster_tests and not by `all`.
function(wgw_module name)
  wgw_precompiled_headers()
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPS;TEST_DEPS;LINK")
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  file(GLOB headers CONFIGURE_DEPENDS *.hpp)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "(_test|/test_[^/]*)\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "(_test|/test_[^/]*)\\.cpp$")
  set(cluster_tests ${tests})
  list(FILTER cluster_tests INCLUDE REGEX "(_cluster_test|/test_[^/]*)\\.cpp$")
  list(FILTER tests EXCLUDE REGEX "_cluster_test\\.cpp$")
  list(TRANSFORM arg_DEPS PREPEND wgw::)
  list(TRANSFORM arg_TEST_DEPS PREPEND wgw::)

  if(sources)
    add_library(wgw_${name} STATIC ${sources})
    target_link_libraries(wgw_${name} PUBLIC ${arg_DEPS} wgw_options PRIVATE ${arg_LINK})
    target_sources(wgw_${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/src FILES ${headers})
    target_precompile_headers(wgw_${name} REUSE_FROM wgw_precompiled)
  else()
    add_library(wgw_${name} INTERFACE)
    target_link_libraries(wgw_${name} INTERFACE ${arg_DEPS} wgw_options)
    target_sources(wgw_${name} INTERFACE FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/src FILES ${headers})
  endif()
  add_library(wgw::${name} ALIAS wgw_${name})
  set_target_properties(wgw_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)  # each header compiles alone

  if(BUILD_TESTING AND tests)
    add_executable(${name}_test ${tests})
    gtest_discover_tests(${name}_test TEST_PREFIX ${name}: DISCOVERY_MODE PRE_TEST)
  endif()
  if(BUILD_TESTING AND cluster_tests MATCHES "_cluster_test")
    add_executable(${name}_cluster_test EXCLUDE_FROM_ALL ${cluster_tests})
    if(NOT TARGET cluster_tests)
      add_custom_target(cluster_tests)
    endif()
    add_dependencies(cluster_tests ${name}_cluster_test)
    gtest_discover_tests(${name}_cluster_test TEST_PREFIX cluster:${name}: DISCOVERY_MODE PRE_TEST)
  endif()
  foreach(program ${name}_test ${name}_cluster_test)
    if(TARGET ${program})
      target_link_libraries(${program} PRIVATE wgw_${name} ${arg_TEST_DEPS} ${arg_LINK} GTest::gmock GTest::gtest_main)
      target_precompile_headers(${program} REUSE_FROM wgw_precompiled_for_tests)
    endif()
  endforeach()
endfunction()

# The two precompiled headers: one for all modules, one with GoogleTest for all tests. Made once, on the first use.
function(wgw_precompiled_headers)
  if(TARGET wgw_precompiled)
    return()
  endif()
  file(WRITE ${PROJECT_BINARY_DIR}/precompiled.cpp "// A precompiled header has to belong to a source file: this one.\n")
  add_library(wgw_precompiled OBJECT ${PROJECT_BINARY_DIR}/precompiled.cpp)
  target_link_libraries(wgw_precompiled PRIVATE wgw_options)
  target_precompile_headers(wgw_precompiled PRIVATE ${PROJECT_SOURCE_DIR}/cmake/precompiled.hpp)
  if(BUILD_TESTING)
    # A program, because it has to be compiled like one: -fPIE differs from -fPIC.
    add_executable(wgw_precompiled_for_tests ${PROJECT_BINARY_DIR}/precompiled.cpp)
    target_link_libraries(wgw_precompiled_for_tests PRIVATE wgw_options GTest::gtest_main)
    target_precompile_headers(wgw_precompiled_for_tests PRIVATE ${PROJECT_SOURCE_DIR}/cmake/precompiled.hpp <gtest/gtest.h>)
  endif()
endfunction()

# wgw_program(<name> <source>... [LINK <target>...])
#
# One program, at <build folder>/<name>.
function(wgw_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LINK")
  add_executable(${name} ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${arg_LINK} wgw_options)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
  add_dependencies(programs ${name})
endfunction()
