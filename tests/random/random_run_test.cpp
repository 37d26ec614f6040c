#include "random/environment.hpp"
#include "random/random_run.hpp"

namespace gm2m::test {
namespace {

/// Another one each time would be no test: the variable asks for it.
unsigned seed() {
    return from_environment("GM2M_TEST_SEED", 20260101);
}

/// Ten thousand in all eight configurations together; a longer run has to be asked for.
unsigned steps() {
    return from_environment("GM2M_TEST_STEPS", 1'250);
}

}  // namespace

class RandomRunTest : public testing::TestWithParam<Configuration> {};
GM2M_INSTANTIATE(RandomRunTest, all_configurations);

// The rules of 2 and 3, and deletion, against a model of them in memory
TEST_P(RandomRunTest, DoesWhatTheRulesSay) {
    RandomRun run(GetParam(), seed());
    for (unsigned step = 1; step <= steps() && !HasFailure(); ++step) {
        run.step();
        if (step % 250 == 0)
            run.compare_everything();
        if (HasFailure())
            ADD_FAILURE() << "GM2M_TEST_SEED=" << seed() << ", step " << step << ", the last operations:\n"
                          << run.history();
    }
}

}  // namespace gm2m::test
