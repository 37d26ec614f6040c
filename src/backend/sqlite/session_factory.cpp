#include "backend/sqlite/session_factory.hpp"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <memory>
#include <string>

namespace gm2m::backend {
namespace {

// As SOCI's header includes it, sqlite3.h stands in a namespace.
using namespace sqlite_api;

/// Closes what SOCI has opened, and opens it once more.
void reopen_without_mutex(sqlite3*& connection, const std::string& file) {
    const int access = sqlite3_db_readonly(connection, "main") == 1 ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    sqlite3_close(connection);
    if (sqlite3_open_v2(file.c_str(), &connection, access | SQLITE_OPEN_NOMUTEX, nullptr) != SQLITE_OK)
        throw soci::soci_error(sqlite3_errmsg(connection));
}

class SqliteSessionFactory final : public soci::backend_factory {
public:
    // SOCI has no option for it. It opens the file, or says why it cannot.
    soci::details::session_backend* make_session(const soci::connection_parameters& parameters) const override {
        std::unique_ptr<soci::sqlite3_session_backend> session(
            static_cast<soci::sqlite3_session_backend*>(soci::factory_sqlite3()->make_session(parameters)));
        const std::string& text = parameters.get_connect_string();
        const std::size_t begin = text.find('"') + 1;
        reopen_without_mutex(session->conn_, text.substr(begin, text.rfind('"') - begin));
        return session.release();
    }
};

}  // namespace

const soci::backend_factory& sqlite_session_factory() {
    static const SqliteSessionFactory factory;
    return factory;
}

}  // namespace gm2m::backend
