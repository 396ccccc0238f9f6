# SPDX-License-Identifier: MIT
# One place for language level, warnings, sanitizers.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

if(BITDOWN_SANITIZE)
  add_compile_options(-fsanitize=${BITDOWN_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${BITDOWN_SANITIZE})
endif()

# The standard library's headers are more than half of what most files cost to compile. Where they
# come precompiled, a file that forgets one compiles all the same: so no libraries in `release`.
function(bitdown_precompile target)
  target_precompile_headers(${target} PRIVATE
    <algorithm> <cmath> <cstdint> <filesystem> <functional> <map> <memory> <optional> <random> <span>
    <string> <variant> <vector> ${ARGN})
endfunction()

# Applies the project's warnings to a target of ours (not to what its users compile).
function(bitdown_compile_options target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wdouble-promotion
    -Wimplicit-fallthrough -ffp-contract=off -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
  if(BITDOWN_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()
