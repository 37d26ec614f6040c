#include <gtest/gtest.h>

#include "support/configuration.hpp"

/// The blocks of one page of docs/, a program of its own, since each page has its own structs of the same names.
void run_page(const std::string& url);

namespace gm2m::test {
namespace {

class PageTest : public testing::TestWithParam<Configuration> {};
INSTANTIATE_TEST_SUITE_P(Db, PageTest, testing::ValuesIn(engine_configurations()),
                         [](const auto& instance) { return name_of(instance.param); });

TEST_P(PageTest, ItsBlocksRun) {
    const ScratchDatabase scratch(GetParam().engine);
    ASSERT_NO_THROW(run_page(scratch.url()));
}

}  // namespace
}  // namespace gm2m::test
