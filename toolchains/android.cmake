# SPDX-License-Identifier: MIT
# Android on AArch64 through the NDK, which this project neither ships nor tests with:
#   cmake -B build/android -G Ninja -DCMAKE_TOOLCHAIN_FILE=toolchains/android.cmake \
#         -DANDROID_NDK=FOLDER -DBITDOWN_BUILD_TESTS=OFF
# The NDK's own toolchain file does the work; this one chooses what Bitdown needs.
if(NOT ANDROID_NDK AND DEFINED ENV{ANDROID_NDK})
  set(ANDROID_NDK $ENV{ANDROID_NDK})
endif()
if(NOT EXISTS ${ANDROID_NDK}/build/cmake/android.toolchain.cmake)
  message(FATAL_ERROR "Set ANDROID_NDK to the folder of the Android NDK (r25 or later)")
endif()
# try_compile() reads this file again in a project of its own, which must know the folder too.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES ANDROID_NDK)
set(ANDROID_ABI arm64-v8a)
set(ANDROID_PLATFORM android-24)
set(ANDROID_STL c++_static)
include(${ANDROID_NDK}/build/cmake/android.toolchain.cmake)
