#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace gm2m::test {

/// This program, started again as another process with other arguments. It says "ready", waits for start(), works,
/// and reports on its standard output.
class ChildProcess {
public:
    explicit ChildProcess(const std::vector<std::string>& arguments);
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    /// The next line of its output, without the newline; empty at the end.
    std::string read_line();
    void start();
    void kill();
    /// Waits for its end; the exit code, or minus the signal that ended it.
    int wait();

private:
    pid_t pid_ = -1;
    int input_ = -1, output_ = -1;
    std::string buffer_;
};

/// The child's side: says "ready" and waits until all of its kind may start.
void wait_for_start();
/// The child's side: a line that is out when this returns.
void report(const std::string& line);

}  // namespace gm2m::test
