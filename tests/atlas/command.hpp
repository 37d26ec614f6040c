#pragma once

#include <string>
#include <vector>

namespace gm2m::test {

struct CommandResult {
    int status = 0;
    std::string output;  // standard output and standard error, as they came
};

/// Runs a program with these arguments to its end.
CommandResult run_command(const std::vector<std::string>& words);

}  // namespace gm2m::test
