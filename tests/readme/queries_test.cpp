#include <gtest/gtest.h>

#include "support/configuration.hpp"

/// The blocks of docs/queries.md; a program of its own, since each page has its own structs of the same names.
void run_queries(const std::string& url);

namespace gm2m::test {
namespace {

class QueriesPageTest : public testing::TestWithParam<Configuration> {};
INSTANTIATE_TEST_SUITE_P(Db, QueriesPageTest, testing::ValuesIn(engine_configurations()),
                         [](const auto& instance) { return name_of(instance.param); });

TEST_P(QueriesPageTest, ItsBlocksRun) {
    const ScratchDatabase scratch(GetParam().engine);
    ASSERT_NO_THROW(run_queries(scratch.url()));
}

}  // namespace
}  // namespace gm2m::test
