#pragma once

#include "measure.hpp"

namespace benchmark {

/// How long the compiler takes for the README's program, compile_time/readme.cpp, without optimisation.
Row measure_compile_time();

}  // namespace benchmark
