#include "process.hpp"

#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace benchmark {
namespace {

constexpr char own_program[] = "/proc/self/exe";

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (const std::string& text : texts)
        pointers.push_back(const_cast<char*>(text.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

/// Starts a program and waits for it; its standard output is `output`. Returns what it used.
rusage run(const std::vector<std::string>& command, int output) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    pid_t child = 0;
    const int error =
        posix_spawnp(&child, command.front().c_str(), &actions, nullptr, pointers_to(command).data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0)
        throw std::system_error(error, std::generic_category(), "cannot run " + command.front());
    int status = 0;
    rusage usage{};
    while (wait4(child, &status, 0, &usage) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        throw std::runtime_error(command.front() + " failed");
    return usage;
}

}  // namespace

void run_program(const std::vector<std::string>& command) {
    run(command, STDERR_FILENO);
}

// Linux counts the memory of the process that starts another one as the other's own. So that it is not this large one,
// the program that is measured is started by a small one, which has done nothing yet.
double peak_of_own_process(const std::vector<std::string>& arguments) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0)
        throw std::system_error(errno, std::generic_category(), "pipe");
    std::vector<std::string> command{own_program, peak_option};
    command.insert(command.end(), arguments.begin(), arguments.end());
    try {
        run(command, ends[1]);
    } catch (...) {
        ::close(ends[0]);
        ::close(ends[1]);
        throw;
    }
    ::close(ends[1]);
    double megabytes = 0;
    FILE* answer = ::fdopen(ends[0], "r");
    const bool read = std::fscanf(answer, "%lf", &megabytes) == 1;
    std::fclose(answer);
    if (!read)
        throw std::runtime_error("the process whose memory is measured says nothing");
    return megabytes;
}

int report_peak(char** arguments) {
    std::vector<std::string> command{own_program};
    for (; *arguments; ++arguments)
        command.emplace_back(*arguments);
    const rusage usage = run(command, STDERR_FILENO);
    std::printf("%f\n", static_cast<double>(usage.ru_maxrss) / 1024);
    return 0;
}

}  // namespace benchmark
