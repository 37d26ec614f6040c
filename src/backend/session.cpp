#include "backend/session.hpp"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <filesystem>

#include <fmt/format.h>

#include "backend/postgresql/postgresql_connection.hpp"
#include "backend/sqlite/session_factory.hpp"
#include "backend/sqlite/sqlite_connection.hpp"

namespace gm2m::backend {
namespace {

std::string without_newline(std::string text) {
    while (text.ends_with('\n'))
        text.pop_back();
    return text;
}

std::unique_ptr<Connection> connect_to_handle(soci::session& session, std::chrono::milliseconds busy_timeout,
                                              Session::Owner owner) {
    if (!session.is_connected())
        throw ConfigurationError("the soci::session is not connected: open it before it is lent to a Database");
    // SOCI's libraries export no type information of their backends: the name tells the type.
    soci::details::session_backend* backend = session.get_backend();
    const std::string name = session.get_backend_name();
    if (name == "sqlite3")
        // SOCI wraps sqlite3.h in a namespace of its own, so that its handle is the same struct by another name.
        return std::make_unique<SqliteConnection>(
            reinterpret_cast<::sqlite3*>(static_cast<soci::sqlite3_session_backend*>(backend)->conn_), busy_timeout);
    if (name == "postgresql") {
        auto connection =
            std::make_unique<PostgresqlConnection>(static_cast<soci::postgresql_session_backend*>(backend)->conn_);
        // A column without a time zone holds UTC; the session of somebody else keeps the zone that it has.
        if (owner == Session::Owner::gm2m)
            connection->execute("SET TIME ZONE 'UTC'");
        return connection;
    }
    throw ConfigurationError(fmt::format("gm2m works on SOCI's sqlite3 and postgresql backends, not on '{}'",
                                         name));
}

}  // namespace

void open(soci::session& session, const ConnectionUrl& url) {
    if (!url.must_exist.empty() && !std::filesystem::exists(url.must_exist))
        throw ConnectionError(fmt::format("there is no file '{}'", url.must_exist), "", "");
    try {
        const soci::backend_factory& factory =
            url.engine == ConnectionUrl::Engine::sqlite ? sqlite_session_factory() : soci::postgresql;
        session.open(factory, url.connect_string);
    } catch (const soci::soci_error& error) {
        // SOCI's message may repeat the connection string, in which a password can stand; what() without context
        // is the engine's own.
        throw ConnectionError(fmt::format("cannot {}: {}",
                                          url.file.empty() ? "connect" : fmt::format("open '{}'", url.file),
                                          without_newline(error.get_error_message())),
                              "", "", true);
    }
}

Session::Session(const ConnectionUrl& url, std::chrono::milliseconds busy_timeout)
    : owned_(std::make_unique<soci::session>()), session_(owned_.get()) {
    open(*session_, url);
    connection_ = connect_to_handle(*session_, busy_timeout, Owner::gm2m);
}

Session::Session(soci::session& session, std::chrono::milliseconds busy_timeout, Owner owner)
    : session_(&session), connection_(connect_to_handle(session, busy_timeout, owner)) {
    if (owner == Owner::user)
        connection_->lend();
}

Session::~Session() = default;

soci::session& Session::lend() {
    connection_->lend();
    return *session_;
}

}  // namespace gm2m::backend
