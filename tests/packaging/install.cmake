# Installs the build in `build` under `prefix`, which is emptied first, and checks that everything is there.
file(REMOVE_RECURSE "${prefix}")
execute_process(COMMAND "${CMAKE_COMMAND}" --install "${build}" --prefix "${prefix}"
                OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)

function(require_one pattern)
  file(GLOB_RECURSE found "${prefix}/${pattern}")
  if(NOT found)
    message(SEND_ERROR "not installed: ${pattern}")
  endif()
endfunction()

require_one("libgm2m.*")
foreach(file IN ITEMS gm2m-config.cmake gm2m-config-version.cmake gm2m-targets.cmake FindSOCI.cmake)
  require_one("${file}")
endforeach()

file(GLOB_RECURSE headers RELATIVE "${source}/include" "${source}/include/*")
file(GLOB_RECURSE installed RELATIVE "${prefix}/include" "${prefix}/include/*")
if(NOT headers OR NOT headers STREQUAL installed)
  message(SEND_ERROR "the installed headers are not those of include/: ${installed}")
endif()
