# Language, warnings, hardening, linker and cache: everything that is the same for every target.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(WGW_SANITIZE "" CACHE STRING "address,undefined | thread | empty")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")  # assertions stay on: a crash is cheap, a wrong log is not
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g -fno-omit-frame-pointer")

find_program(WGW_CCACHE ccache)
if(WGW_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${WGW_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${WGW_CCACHE})
endif()

add_library(wgw_options INTERFACE)
target_include_directories(wgw_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(wgw_options INTERFACE -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wno-sign-conversion -Wno-missing-designated-field-initializers
                                             -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # ccache can only reuse objects made with a precompiled header that carries no time stamp.
  target_compile_options(wgw_options INTERFACE "SHELL:-Xclang -fno-pch-timestamp")
  target_link_options(wgw_options INTERFACE -fuse-ld=lld)
endif()
target_link_options(wgw_options INTERFACE -Wl,--as-needed)  # a program loads only the libraries that it calls

if(WGW_SANITIZE)
  target_compile_options(wgw_options INTERFACE -fsanitize=${WGW_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(wgw_options INTERFACE -fsanitize=${WGW_SANITIZE})
else()
  target_compile_options(wgw_options INTERFACE -fstack-protector-strong -fstack-clash-protection -fcf-protection
                                               -ftrivial-auto-var-init=zero -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
                                               -D_GLIBCXX_ASSERTIONS)
  target_link_options(wgw_options INTERFACE -pie -Wl,-z,relro,-z,now,-z,noexecstack)
endif()

find_package(Threads REQUIRED)
target_link_libraries(wgw_options INTERFACE Threads::Threads)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
if(BUILD_TESTING)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
