#!/usr/bin/env bash
# The build checks that each header of a module compiles alone (target all_verify_interface_header_sets). This plants a
# header that does not, in a small project with the same wgw_module(), and expects the check to find it.
#   check_headers_test.sh <C++ compiler>
set -euo pipefail
modules=$(dirname "$(readlink -f "$0")")/../cmake
project=$(mktemp -d)
trap 'rm -rf "$project"' EXIT

mkdir -p "$project/cmake" "$project/src/good" "$project/src/bad"
touch "$project/cmake/precompiled.hpp"
cat >"$project/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.25)
project(planted LANGUAGES CXX)
include($modules/wgw_module.cmake)
add_library(wgw_options INTERFACE)
target_include_directories(wgw_options INTERFACE src)
add_subdirectory(src/good)
add_subdirectory(src/bad)
END
printf 'wgw_module(good)\n' >"$project/src/good/CMakeLists.txt"
printf '#pragma once\n#include <string>\nstd::string good();\n' >"$project/src/good/good.hpp"
printf '#include "good/good.hpp"\nstd::string good() { return {}; }\n' >"$project/src/good/good.cpp"
printf 'wgw_module(bad DEPS good)\n' >"$project/src/bad/CMakeLists.txt"
printf '#pragma once\nstd::string bad();\n' >"$project/src/bad/bad.hpp"
printf '#include <string>\n#include "bad/bad.hpp"\nstd::string bad() { return {}; }\n' >"$project/src/bad/bad.cpp"

cmake -S "$project" -B "$project/build" -G Ninja -DCMAKE_CXX_COMPILER="$1" >/dev/null
cmake --build "$project/build" --target all wgw_good_verify_interface_header_sets >/dev/null
if cmake --build "$project/build" --target all_verify_interface_header_sets >"$project/log"; then
    echo "a header that does not compile alone was not found"
    exit 1
fi
grep -q 'bad\.hpp.*error' "$project/log"
