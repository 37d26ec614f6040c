#include <gtest/gtest.h>

#include "stress/victim.hpp"
#include "stress/workers.hpp"

// The tests run this program again as other processes.
int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (!arguments.empty() && arguments[0] == "--worker")
        return gm2m::test::worker_process({arguments.begin() + 1, arguments.end()});
    if (!arguments.empty() && arguments[0] == "--victim")
        return gm2m::test::victim_process({arguments.begin() + 1, arguments.end()});
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
