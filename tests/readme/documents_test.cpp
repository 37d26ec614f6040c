#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "support/configuration.hpp"

/// The blocks of docs/concepts.md.
void run_concepts(const std::string& url);

namespace gm2m::test {
namespace {

class DocumentsTest : public testing::TestWithParam<Configuration> {
protected:
    ScratchDatabase scratch{GetParam().engine};
};
INSTANTIATE_TEST_SUITE_P(Db, DocumentsTest, testing::ValuesIn(engine_configurations()),
                         [](const auto& instance) { return name_of(instance.param); });

/// What the README says that its program prints: its one block of text.
std::string promised_output() {
    std::ifstream readme(GM2M_SOURCE_DIR "/README.md");
    std::string line, text;
    while (std::getline(readme, line) && line != "```text") {
    }
    while (std::getline(readme, line) && line != "```")
        text += line + "\n";
    return text;
}

std::string output_of(const std::string& command) {
    FILE* pipe = popen(command.c_str(), "r");
    std::string output;
    char buffer[4096];
    while (const std::size_t size = fread(buffer, 1, sizeof buffer, pipe))
        output.append(buffer, size);
    if (const int status = pclose(pipe); status != 0)
        output += "(status " + std::to_string(status) + ")\n";
    return output;
}

TEST_P(DocumentsTest, TheProgramOfTheReadmePrintsWhatTheReadmeSays) {
    EXPECT_NE(promised_output(), "");
    EXPECT_EQ(output_of("'" GM2M_README_PROGRAM "' '" + scratch.url() + "' 2>&1"), promised_output());
}

TEST_P(DocumentsTest, TheBlocksOfTheConceptsRun) {
    ASSERT_NO_THROW(run_concepts(scratch.url()));
}

}  // namespace
}  // namespace gm2m::test
