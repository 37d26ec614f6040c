#include "stress/private_server.hpp"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace gm2m::test {
namespace {

constexpr const char* user = "postgres";

/// Where the server's programs are, as libpq's development package knows.
std::filesystem::path programs() {
    std::string found;
    if (FILE* output = popen("pg_config --bindir 2>/dev/null", "r")) {
        char part[256];
        while (fgets(part, sizeof part, output))
            found += part;
        pclose(output);
    }
    return found.substr(0, found.find('\n'));
}

/// It refuses to be root's.
std::string as_user() {
    return geteuid() == 0 ? std::string("runuser -u ") + user + " -- " : "";
}

void run(const std::string& command, const std::filesystem::path& log) {
    // From its folder: where the test runs may be closed to the user.
    const std::string line =
        "cd " + log.parent_path().string() + " && " + command + " </dev/null >>" + log.string() + " 2>&1";
    if (system(line.c_str()) == 0)
        return;
    std::ifstream text(log);
    throw std::runtime_error(command + "\n" + std::string(std::istreambuf_iterator<char>(text), {}));
}

}  // namespace

std::string PrivateServer::obstacle() {
    const std::filesystem::path found = programs();
    for (const char* program : {"initdb", "pg_ctl"})
        if (found.empty() || !std::filesystem::exists(found / program))
            return std::string(program) + " is not where `pg_config --bindir` says: install the PostgreSQL server";
    if (geteuid() == 0 && !getpwnam(user))
        return std::string("there is no user ") + user + ", who a server could belong to";
    return "";
}

PrivateServer::PrivateServer() {
    std::string name = std::filesystem::temp_directory_path() / "gm2m_server_XXXXXX";
    if (!mkdtemp(name.data()))
        throw std::runtime_error("no temporary folder");
    folder_ = name;
    url_ = "postgresql:///postgres?host=" + name + "&port=5432&user=" + user;
    try {
        if (geteuid() == 0) {
            const passwd* owner = getpwnam(user);
            if (chown(name.c_str(), owner->pw_uid, owner->pw_gid) != 0)
                throw std::runtime_error("the temporary folder cannot be given away");
        }
        run(as_user() + (programs() / "initdb").string() + " --no-sync -A trust -E UTF8 --locale C.UTF-8 -U " + user +
                " -D " + (folder_ / "data").string(),
            folder_ / "log");
        start();
    } catch (...) {
        std::filesystem::remove_all(folder_);
        throw;
    }
}

PrivateServer::~PrivateServer() {
    try {
        stop_immediately();
    } catch (const std::runtime_error&) {
        // A test has stopped it.
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

// Without fsync: the processes are killed, not the machine.
void PrivateServer::start() {
    run(as_user() + (programs() / "pg_ctl").string() + " start -w -t 120 -D " + (folder_ / "data").string() + " -l " +
            (folder_ / "server_log").string() + " -o \"-F -c listen_addresses='' -k " + folder_.string() + " -p 5432\"",
        folder_ / "log");
}

void PrivateServer::stop_immediately() {
    run(as_user() + (programs() / "pg_ctl").string() + " stop -w -m immediate -D " + (folder_ / "data").string(),
        folder_ / "log");
}

}  // namespace gm2m::test
