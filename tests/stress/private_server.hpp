#pragma once

#include <filesystem>
#include <string>

namespace gm2m::test {

/// A PostgreSQL server of a test's own, in a temporary folder and on a socket there: one that may be killed.
class PrivateServer {
public:
    /// Why there can be none here; empty if there can.
    static std::string obstacle();

    /// Starts it. Throws std::runtime_error.
    PrivateServer();
    ~PrivateServer();
    PrivateServer(const PrivateServer&) = delete;
    PrivateServer& operator=(const PrivateServer&) = delete;

    const std::string& url() const { return url_; }
    void start();
    /// Ends all of its processes at once, as a crash does: what is not committed is gone when it starts again.
    void stop_immediately();

private:
    std::filesystem::path folder_;
    std::string url_;
};

}  // namespace gm2m::test
