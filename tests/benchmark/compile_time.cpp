#include "compile_time.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "process.hpp"

namespace benchmark {

Row measure_compile_time() {
    constexpr int repeat = 5;
    const std::string source = GM2M_SOURCE_DIR;
    ::setenv("CCACHE_DISABLE", "1", 1);
    std::vector<double> seconds;
    for (int i = 0; i < repeat; ++i) {
        std::fprintf(stderr, "compile: round %d of %d\n", i + 1, repeat);
        const auto start = std::chrono::steady_clock::now();
        run_program({"c++", "-std=c++20", "-O0", "-I" + source + "/include", "-c",
                     source + "/tests/benchmark/compile_time/readme.cpp", "-o", "/dev/null"});
        seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    return {.workload = "compile",
            .hand = "gm2m",
            .median = median_of(seconds),
            .fastest = std::ranges::min(seconds),
            .slowest = std::ranges::max(seconds)};
}

}  // namespace benchmark
