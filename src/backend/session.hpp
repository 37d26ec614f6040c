#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "backend/connection.hpp"

namespace soci {
class session;
}

namespace gm2m::backend {

/// A URL, understood: which SOCI backend, and the connection string for it.
struct ConnectionUrl {
    enum class Engine { sqlite, postgresql };
    Engine engine;
    std::string connect_string;
    /// A SQLite file that is not to be created; empty if it may be.
    std::string must_exist;
    /// The file, of SQLite.
    std::string file = {};
};

/// Reads "sqlite3://cinema.db", "sqlite3:///var/lib/cinema.db?readonly=true" or "…?create=false", "sqlite3://:memory:",
/// libpq's own "postgresql://user@host/cinema", and SOCI's "postgresql://dbname=cinema". Throws ConfigurationError.
ConnectionUrl parse_url(std::string_view url);

/// A SOCI session and the port on its native handle.
class Session {
public:
    /// Whose settings the session keeps.
    enum class Owner { gm2m, user };

    /// Connects. Throws ConnectionError.
    Session(const ConnectionUrl& url, std::chrono::milliseconds busy_timeout);
    /// Works on a session that is connected; it outlives this one. Throws ConfigurationError if it is of an engine
    /// that gm2m does not know, or not connected.
    Session(soci::session& session, std::chrono::milliseconds busy_timeout, Owner owner = Owner::user);
    ~Session();

    /// For somebody else to run statements on.
    soci::session& lend();
    Connection& connection() noexcept { return *connection_; }
    /// Puts what `make` makes of the connection in its place: what has to see every statement, or to fail some.
    template <class Make>
    void wrap(Make&& make) {
        connection_ = make(std::move(connection_));
    }

private:
    std::unique_ptr<soci::session> owned_;
    soci::session* session_;
    std::unique_ptr<Connection> connection_;
};

/// Connects a session that is closed, as those of a SOCI pool are. Throws ConnectionError.
void open(soci::session& session, const ConnectionUrl& url);

}  // namespace gm2m::backend
