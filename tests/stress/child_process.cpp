#include "stress/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <utility>

extern char** environ;

namespace gm2m::test {
namespace {

constexpr const char* this_program = "/proc/self/exe";

/// Closed in children unless it becomes one of their standard streams: the end of a child's input is its start.
struct Pipe {
    Pipe() {
        if (pipe2(ends, O_CLOEXEC) != 0)
            throw std::runtime_error("no pipe");
    }
    int ends[2];
};

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& arguments) {
    const Pipe in, out;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in.ends[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out.ends[1], STDOUT_FILENO);
    std::vector<char*> argv{const_cast<char*>(this_program)};
    for (const std::string& argument : arguments)
        argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    const int failure = posix_spawn(&pid_, this_program, &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(in.ends[0]);
    close(out.ends[1]);
    input_ = in.ends[1];
    output_ = out.ends[0];
    if (failure != 0)
        throw std::runtime_error("cannot start this program again");
}

ChildProcess::~ChildProcess() {
    if (pid_ > 0) {
        kill();
        wait();
    }
    start();
    close(output_);
}

std::string ChildProcess::read_line() {
    std::size_t end;
    while ((end = buffer_.find('\n')) == std::string::npos) {
        char part[4096];
        const ssize_t count = read(output_, part, sizeof part);
        if (count <= 0)
            return std::exchange(buffer_, {});
        buffer_.append(part, static_cast<std::size_t>(count));
    }
    const std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    return line;
}

void ChildProcess::start() {
    if (input_ >= 0)
        close(std::exchange(input_, -1));
}

void ChildProcess::kill() {
    ::kill(pid_, SIGKILL);
}

int ChildProcess::wait() {
    int status = 0;
    waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

void wait_for_start() {
    report("ready");
    char ignored;
    while (read(STDIN_FILENO, &ignored, 1) > 0) {
    }
}

void report(const std::string& line) {
    const std::string text = line + '\n';
    for (std::size_t written = 0; written < text.size();) {
        const ssize_t count = write(STDOUT_FILENO, text.data() + written, text.size() - written);
        if (count <= 0)
            return;
        written += static_cast<std::size_t>(count);
    }
}

}  // namespace gm2m::test
