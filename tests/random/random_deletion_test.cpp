#include <gtest/gtest.h>

#include "random/environment.hpp"
#include "random/random_deletion.hpp"
#include "support/cinema.hpp"

namespace gm2m::test {
namespace {

unsigned seed() {
    return from_environment("GM2M_TEST_SEED", 20260103);
}

/// The same on both engines.
unsigned seed_of(const Configuration& configuration) {
    return seed() * 2 + (configuration.layout == Layout::compact ? 1 : 0);
}

/// Ten thousand on each engine, in both layouts together.
unsigned steps() {
    return from_environment("GM2M_TEST_STEPS", 5'000);
}

}  // namespace

class RandomDeletionTest : public testing::TestWithParam<Configuration> {};
GM2M_INSTANTIATE(RandomDeletionTest, layout_configurations);

// 6.1 to 6.6 against a model of them in memory
TEST_P(RandomDeletionTest, DoesWhatThePoliciesSay) {
    RandomDeletion run(GetParam(), seed_of(GetParam()));
    for (unsigned step = 1; run.operations() < steps() && !HasFailure(); ++step) {
        run.step();
        if (step % 5 == 0)
            run.compare_everything();
        if (run.operations() >= steps())
            run.compare_findings(true);
        if (HasFailure())
            ADD_FAILURE() << "GM2M_TEST_SEED=" << seed() << ", operation " << run.operations()
                          << ", the last operations:\n"
                          << run.history();
    }
}

}  // namespace gm2m::test
