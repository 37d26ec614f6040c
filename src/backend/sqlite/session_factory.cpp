#include "backend/sqlite/session_factory.hpp"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace gm2m::backend {
namespace {

// As SOCI's header includes it, sqlite3.h stands in a namespace.
using namespace sqlite_api;

class SqliteSessionFactory final : public soci::backend_factory {
public:
    // SOCI has no option for it. It opens the file, or says why it cannot; then that is closed and opened once more.
    soci::details::session_backend* make_session(const soci::connection_parameters& parameters) const override {
        std::unique_ptr<soci::sqlite3_session_backend> session(
            static_cast<soci::sqlite3_session_backend*>(soci::factory_sqlite3()->make_session(parameters)));
        const std::string& text = parameters.get_connect_string();
        const std::size_t begin = text.find('"') + 1, end = text.rfind('"');
        const std::string file = text.substr(begin, end - begin);
        const bool readonly = text.find("readonly=true", end) != std::string::npos;
        // As SOCI has it: files that are attached later are opened in the same way.
        const int access = readonly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
        sqlite3_close(std::exchange(session->conn_, nullptr));
        if (sqlite3_open_v2(file.c_str(), &session->conn_, access | SQLITE_OPEN_NOMUTEX, nullptr) != SQLITE_OK)
            throw soci::soci_error(sqlite3_errmsg(session->conn_));
        return session.release();
    }
};

}  // namespace

const soci::backend_factory& sqlite_session_factory() {
    static const SqliteSessionFactory factory;
    return factory;
}

}  // namespace gm2m::backend
