# Compiles `program` twice: without MISTAKE it has to compile; with it the compiler has to say what the program's first
# line says after "// Expected: ".
file(STRINGS "${program}" first_line LIMIT_COUNT 1)
if(NOT first_line MATCHES "^// Expected: (.+)$")
  message(FATAL_ERROR "${program} does not say what the compiler is to say: \"// Expected: …\"")
endif()
set(expected "${CMAKE_MATCH_1}")
set(compile "${CMAKE_COMMAND}" -E env LC_ALL=C "${compiler}" -std=c++20 -fsyntax-only -Werror=unused-result -I "${include}")

execute_process(COMMAND ${compile} "${program}" RESULT_VARIABLE code ERROR_VARIABLE errors)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "${program} does not compile without its mistake:\n${errors}")
endif()

execute_process(COMMAND ${compile} -DMISTAKE "${program}" RESULT_VARIABLE code ERROR_VARIABLE errors)
if(code EQUAL 0)
  message(FATAL_ERROR "${program} compiles with its mistake")
endif()
string(FIND "${errors}" "${expected}" position)
if(position EQUAL -1)
  message(FATAL_ERROR "the compiler does not say \"${expected}\", but:\n${errors}")
endif()
