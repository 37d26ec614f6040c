# `cmake --install`: the library, its headers, and what find_package(gm2m) reads.
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/gm2m")
install(TARGETS gm2m EXPORT gm2m-targets)
install(DIRECTORY include/gm2m DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(EXPORT gm2m-targets NAMESPACE gm2m:: DESTINATION "${package_dir}")
configure_package_config_file(cmake/gm2m-config.cmake.in "${PROJECT_BINARY_DIR}/gm2m-config.cmake"
                              INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/gm2m-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/gm2m-config.cmake" "${PROJECT_BINARY_DIR}/gm2m-config-version.cmake"
              cmake/FindSOCI.cmake
        DESTINATION "${package_dir}")
