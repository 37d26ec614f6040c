#include "command.hpp"

#include <sys/wait.h>

#include <cstdio>
#include <stdexcept>

namespace gm2m::test {
namespace {

std::string quoted(const std::string& word) {
    std::string text = "'";
    for (const char c : word)
        text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
}

}  // namespace

CommandResult run_command(const std::vector<std::string>& words) {
    std::string line;
    for (const std::string& word : words)
        line += quoted(word) + " ";
    FILE* pipe = popen((line + "</dev/null 2>&1").c_str(), "r");
    if (!pipe)
        throw std::runtime_error("cannot run " + line);
    CommandResult result;
    char buffer[4096];
    while (const std::size_t size = fread(buffer, 1, sizeof buffer, pipe))
        result.output.append(buffer, size);
    const int status = pclose(pipe);
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result;
}

}  // namespace gm2m::test
