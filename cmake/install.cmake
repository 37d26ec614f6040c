# `cmake --install`: the library, its headers, and what find_package(gm2m) reads. Not where gm2m is a part of another
# project, whose installation is its own.
option(GM2M_INSTALL "Install gm2m" ${PROJECT_IS_TOP_LEVEL})
if(NOT GM2M_INSTALL)
  return()
endif()

include(CMakePackageConfigHelpers)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/gm2m")
install(TARGETS gm2m EXPORT gm2m-targets)
install(DIRECTORY include/gm2m DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(EXPORT gm2m-targets NAMESPACE gm2m:: DESTINATION "${package_dir}")
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/gm2m-config.cmake.in"
                              "${PROJECT_BINARY_DIR}/gm2m-config.cmake" INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/gm2m-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/gm2m-config.cmake" "${PROJECT_BINARY_DIR}/gm2m-config-version.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/FindSOCI.cmake"
        DESTINATION "${package_dir}")
