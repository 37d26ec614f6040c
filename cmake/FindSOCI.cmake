# Finds SOCI, whose Debian package of version 4.0 brings no CMake configuration of its own.
#
#   find_package(SOCI 4.0 COMPONENTS sqlite3 postgresql)
#
# defines SOCI::core, and SOCI::<component> for each component that is found.

find_path(SOCI_INCLUDE_DIR soci/soci.h)
find_library(SOCI_core_LIBRARY soci_core)
mark_as_advanced(SOCI_INCLUDE_DIR SOCI_core_LIBRARY)

if(SOCI_INCLUDE_DIR AND EXISTS "${SOCI_INCLUDE_DIR}/soci/version.h")
  file(STRINGS "${SOCI_INCLUDE_DIR}/soci/version.h" version_line REGEX "define SOCI_LIB_VERSION +\"")
  string(REGEX REPLACE ".*\"([0-9]+)_([0-9]+)_?([0-9]*)\".*" "\\1.\\2.\\3" SOCI_VERSION "${version_line}")
  string(REGEX REPLACE "\\.$" "" SOCI_VERSION "${SOCI_VERSION}")
endif()

set(required_libraries SOCI_core_LIBRARY)
foreach(component IN LISTS SOCI_FIND_COMPONENTS)
  find_library(SOCI_${component}_LIBRARY soci_${component})
  mark_as_advanced(SOCI_${component}_LIBRARY)
  if(SOCI_${component}_LIBRARY)
    set(SOCI_${component}_FOUND TRUE)
  endif()
endforeach()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(SOCI REQUIRED_VARS SOCI_core_LIBRARY SOCI_INCLUDE_DIR VERSION_VAR SOCI_VERSION
                                  HANDLE_COMPONENTS)

if(SOCI_FOUND AND NOT TARGET SOCI::core)
  add_library(SOCI::core UNKNOWN IMPORTED)
  set_target_properties(SOCI::core PROPERTIES IMPORTED_LOCATION "${SOCI_core_LIBRARY}"
                                              INTERFACE_INCLUDE_DIRECTORIES "${SOCI_INCLUDE_DIR}")
endif()
foreach(component IN LISTS SOCI_FIND_COMPONENTS)
  if(SOCI_${component}_FOUND AND NOT TARGET SOCI::${component})
    add_library(SOCI::${component} UNKNOWN IMPORTED)
    set_target_properties(SOCI::${component} PROPERTIES IMPORTED_LOCATION "${SOCI_${component}_LIBRARY}"
                                                        INTERFACE_LINK_LIBRARIES SOCI::core)
  endif()
endforeach()
