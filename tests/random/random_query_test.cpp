#include <gtest/gtest.h>

#include "random/environment.hpp"
#include "random/random_query_evaluation.hpp"
#include "random/random_query_generator.hpp"
#include "random/random_query_shrink.hpp"
#include "support/cinema.hpp"

namespace gm2m::test {
namespace {

/// Another one each time would be no test: the variable asks for it.
unsigned seed() {
    return from_environment("GM2M_TEST_SEED", 20260102);
}

/// The same on both engines.
unsigned seed_of(const Configuration& configuration) {
    return seed() * 8 + (configuration.layout == Layout::compact ? 4 : 0) +
           (configuration.models == Models::run_time ? 2 : 0);
}

/// Five thousand on each engine, in its four configurations together.
unsigned queries() {
    return from_environment("GM2M_TEST_QUERIES", 1'250);
}

std::string text_of(const Answer& answer) {
    std::string text;
    for (const std::string& row : answer)
        text += (text.empty() ? "" : ", ") + row;
    return "{" + text + "}";
}

}  // namespace

class RandomQueryTest : public testing::TestWithParam<Configuration> {
protected:
    bool is_right(const RandomQuery& query) { return ask(query, world) == evaluate(query, world); }
    void explain(unsigned number, const RandomQuery& query) {
        std::string sql;
        const Answer answer = ask(query, world, &sql);
        ADD_FAILURE() << "GM2M_TEST_SEED=" << seed() << ", query " << number << ":\n"
                      << text_of(query, world) << "\ngave " << text_of(answer) << "\ninstead of "
                      << text_of(evaluate(query, world)) << "\n"
                      << sql;
    }

    RandomQueryWorld world{GetParam(), seed_of(GetParam())};
};
GM2M_INSTANTIATE(RandomQueryTest, all_configurations);

// 3.6 and docs/queries.md, against an evaluation of them in memory
TEST_P(RandomQueryTest, GivesWhatItsConditionsSay) {
    // Each configuration has a world and queries of its own.
    RandomQueryGenerator generator(world, seed_of(GetParam()) + 1);
    for (unsigned number = 1; number <= queries() && !HasFailure(); ++number) {
        const RandomQuery query = generator.query();
        if (!is_right(query))
            explain(number, shrink(query, [&](const RandomQuery& smaller) { return !is_right(smaller); }));
    }
}

}  // namespace gm2m::test
