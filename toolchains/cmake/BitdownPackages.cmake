# SPDX-License-Identifier: MIT
# Debian's packages as imported targets: flatbuffers (headers), doctest, stb, cpuinfo, XNNPACK.

# Header-only packages live in /usr/include, which a cross compiler must not search: a folder of
# links to just those packages serves native and cross builds alike.
set(BITDOWN_HEADER_ROOT /usr/include CACHE PATH "Where flatbuffers/, doctest/ and stb/ are")
set(links ${CMAKE_BINARY_DIR}/header-only)
file(MAKE_DIRECTORY ${links})

function(bitdown_header_package name debian_package)
  if(NOT EXISTS ${BITDOWN_HEADER_ROOT}/${name})
    message(FATAL_ERROR "${BITDOWN_HEADER_ROOT}/${name} is missing: apt install ${debian_package}")
  endif()
  file(MAKE_DIRECTORY ${links}/${name})
  file(CREATE_LINK ${BITDOWN_HEADER_ROOT}/${name} ${links}/${name}/${name} SYMBOLIC)
  add_library(${name} INTERFACE IMPORTED)
  target_include_directories(${name} SYSTEM INTERFACE ${links}/${name})
endfunction()

bitdown_header_package(flatbuffers libflatbuffers-dev)
bitdown_header_package(stb libstb-dev)
if(BITDOWN_BUILD_TESTS)
  bitdown_header_package(doctest doctest-dev)
endif()
find_program(FLATC flatc REQUIRED)

# Found by hand: Debian's package files of cpuinfo and libzip name files that are not there,
# XNNPACK has none.
function(bitdown_shared_library name header debian_package)
  find_library(${name}_LIBRARY ${name})
  find_path(${name}_INCLUDE ${header})
  if(NOT ${name}_LIBRARY OR NOT ${name}_INCLUDE)
    message(FATAL_ERROR "lib${name} or its ${header} is missing: apt install ${debian_package}")
  endif()
  add_library(${name} INTERFACE IMPORTED)
  target_include_directories(${name} SYSTEM INTERFACE ${${name}_INCLUDE})
  target_link_libraries(${name} INTERFACE ${${name}_LIBRARY})
endfunction()

if(BITDOWN_WITH_CPUINFO)
  bitdown_shared_library(cpuinfo cpuinfo.h libcpuinfo-dev)
endif()
if(BITDOWN_WITH_XNNPACK)
  bitdown_shared_library(XNNPACK xnnpack.h libxnnpack-dev)
  bitdown_shared_library(pthreadpool pthreadpool.h libpthreadpool-dev)
endif()

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

if(BITDOWN_BUILD_BUILDER)
  bitdown_shared_library(zip zip.h libzip-dev)
  bitdown_shared_library(openblas openblas_config.h libopenblas-dev)
  # The messages of ONNX, generated and compiled by Debian: no protoc here.
  bitdown_shared_library(protobuf google/protobuf/message.h libprotobuf-dev)
  bitdown_shared_library(onnx_proto onnx/onnx_pb.h libonnx-dev)
  target_compile_definitions(onnx_proto INTERFACE ONNX_ML=1 ONNX_NAMESPACE=onnx)
  target_link_libraries(onnx_proto INTERFACE protobuf)
  if(BITDOWN_WITH_LIBTORCH)
    if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      message(FATAL_ERROR "libtorch 1.13's headers do not compile as C++20 under Clang: use GCC")
    endif()
    # TorchConfig.cmake looks for far more than these.
    bitdown_shared_library(torch torch/script.h libtorch-dev)
    bitdown_shared_library(torch_cpu torch/script.h libtorch-dev)
    bitdown_shared_library(c10 c10/core/Device.h libtorch-dev)
    find_path(torch_API torch/torch.h PATH_SUFFIXES torch/csrc/api/include REQUIRED)
    target_include_directories(torch SYSTEM INTERFACE ${torch_API})
    bitdown_shared_library(glog glog/logging.h libgoogle-glog-dev)
    target_link_libraries(torch INTERFACE torch_cpu c10 glog)
  endif()
  find_package(CLI11 REQUIRED)
  find_package(nlohmann_json REQUIRED)
  # OpenCVConfig.cmake is in libopencv-dev, which drags in every module and its 300 packages.
  foreach(module core imgproc imgcodecs)
    find_library(opencv_${module}_LIBRARY opencv_${module} REQUIRED)
    list(APPEND opencv_libraries ${opencv_${module}_LIBRARY})
  endforeach()
  find_path(opencv_INCLUDE opencv2/imgcodecs.hpp PATH_SUFFIXES opencv4 REQUIRED)
  add_library(opencv INTERFACE IMPORTED)
  target_include_directories(opencv SYSTEM INTERFACE ${opencv_INCLUDE})
  target_link_libraries(opencv INTERFACE ${opencv_libraries})
endif()
