# SPDX-License-Identifier: MIT
# cmake --install BUILD --prefix PREFIX: the library for programs that run networks, and the tools.
# What is installed as bitdown::runtime is the minimal variant: it depends on nothing but the C++
# library, so a program that uses it needs no Debian packages. cmake --install --component runtime
# leaves the tools out.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set_target_properties(bitdown_runtime_minimal PROPERTIES OUTPUT_NAME bitdown EXPORT_NAME runtime)
# In the build tree the headers lie in two folders, installed in one.
get_target_property(headers bitdown_runtime_minimal INTERFACE_INCLUDE_DIRECTORIES)
set_target_properties(bitdown_runtime_minimal PROPERTIES INTERFACE_INCLUDE_DIRECTORIES
  "$<BUILD_INTERFACE:${headers}>;$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
target_compile_features(bitdown_runtime_minimal INTERFACE cxx_std_20)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/bitdown)
install(TARGETS bitdown_runtime_minimal EXPORT bitdownTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime)
install(DIRECTORY platforms/include/ runtime/include/
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT runtime)
install(EXPORT bitdownTargets NAMESPACE bitdown:: FILE bitdownConfig.cmake
        DESTINATION ${package_folder} COMPONENT runtime)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/bitdownConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/bitdownConfigVersion.cmake
        DESTINATION ${package_folder} COMPONENT runtime)

foreach(tool bitdown bitdown-device bitdown-first-label)
  if(TARGET ${tool})
    install(TARGETS ${tool} RUNTIME COMPONENT tools)
  endif()
endforeach()
