#include "support/configuration.hpp"

#include <libpq-fe.h>
#include <sqlite3.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace gm2m::test {
namespace {

std::string server_url() {
    const char* url = std::getenv("GM2M_TEST_POSTGRESQL");
    return url ? url : "";
}

/// Unique among the processes and tests of one run.
std::string unique_name() {
    static std::atomic<int> next{0};
    return "gm2m_test_" + std::to_string(getpid()) + "_" + std::to_string(++next);
}

std::vector<std::string> run_sqlite(const std::string& path, const std::string& statement) {
    sqlite3* handle = nullptr;
    sqlite3_open(path.c_str(), &handle);
    sqlite3_busy_timeout(handle, 10'000);
    std::vector<std::string> rows;
    char* message = nullptr;
    const auto collect = [](void* out, int columns, char** values, char**) {
        if (columns > 0)
            static_cast<std::vector<std::string>*>(out)->emplace_back(values[0] ? values[0] : "NULL");
        return 0;
    };
    const int result = sqlite3_exec(handle, statement.c_str(), collect, &rows, &message);
    const std::string error = message ? message : "";
    sqlite3_free(message);
    sqlite3_close(handle);
    if (result != SQLITE_OK)
        throw std::runtime_error(error + ": " + statement);
    return rows;
}

std::vector<std::string> run_postgresql(const std::string& url, const std::string& statement) {
    PGconn* connection = PQconnectdb(url.c_str());
    PQsetNoticeProcessor(connection, [](void*, const char*) {}, nullptr);
    PGresult* result = PQexec(connection, statement.c_str());
    const ExecStatusType status = PQresultStatus(result);
    std::vector<std::string> rows;
    if (PQnfields(result) > 0)
        for (int row = 0; row < PQntuples(result); ++row)
            rows.emplace_back(PQgetisnull(result, row, 0) ? "NULL" : PQgetvalue(result, row, 0));
    const std::string error = PQerrorMessage(connection);
    PQclear(result);
    PQfinish(connection);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        throw std::runtime_error(error + ": " + statement);
    return rows;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Configuration& configuration) {
    return out << name_of(configuration);
}

std::string name_of(const Configuration& configuration) {
    return std::string(configuration.is_sqlite() ? "Sqlite" : "Postgresql") +
           (configuration.layout == Layout::compact ? "Compact" : "Standard") +
           (configuration.models == Models::run_time ? "RunTime" : "Compiled");
}

std::vector<Engine> engines() {
    if (server_url().empty())
        return {Engine::sqlite};
    return {Engine::sqlite, Engine::postgresql};
}

std::vector<Configuration> engine_configurations() {
    std::vector<Configuration> all;
    for (const Engine engine : engines())
        all.push_back({engine, Layout::standard, Models::compiled});
    return all;
}

std::vector<Configuration> layout_configurations() {
    std::vector<Configuration> all;
    for (const Engine engine : engines())
        for (const Layout layout : {Layout::standard, Layout::compact})
            all.push_back({engine, layout, Models::compiled});
    return all;
}

std::vector<Configuration> server_configurations() {
    std::vector<Configuration> all = layout_configurations();
    std::erase_if(all, [](const Configuration& configuration) { return configuration.is_sqlite(); });
    return all;
}

std::vector<Configuration> all_configurations() {
    std::vector<Configuration> all;
    for (const Configuration& configuration : layout_configurations())
        for (const Models models : {Models::compiled, Models::run_time})
            all.push_back({configuration.engine, configuration.layout, models});
    return all;
}

ScratchDatabase::ScratchDatabase(Engine engine)
    : engine_(engine), server_url_(engine == Engine::postgresql ? server_url() : ""), name_(unique_name()) {
    if (engine_ == Engine::sqlite) {
        name_ = std::filesystem::temp_directory_path() / (name_ + ".sqlite3");
        url_ = "sqlite3://" + name_;
    } else {
        create_schema();
    }
}

ScratchDatabase::ScratchDatabase(std::string server_url)
    : engine_(Engine::postgresql), server_url_(std::move(server_url)), name_(unique_name()) {
    create_schema();
}

void ScratchDatabase::create_schema() {
    run_postgresql(server_url_, "CREATE SCHEMA " + name_);
    const char separator = server_url_.find('?') == std::string::npos ? '?' : '&';
    url_ = server_url_ + separator + "options=-csearch_path%3D" + name_;
}

ScratchDatabase::~ScratchDatabase() {
    if (engine_ == Engine::sqlite) {
        for (const char* suffix : {"", "-journal", "-wal", "-shm"})
            std::filesystem::remove(name_ + suffix);
    } else {
        try {
            run_postgresql(server_url_, "DROP SCHEMA " + name_ + " CASCADE");
        } catch (const std::runtime_error&) {
            // The server goes away with the run.
        }
    }
}

std::vector<std::string> ScratchDatabase::sql(const std::string& statement) const {
    return engine_ == Engine::sqlite ? run_sqlite(name_, statement) : run_postgresql(url_, statement);
}

std::multiset<std::string> ScratchDatabase::index_columns(const std::string& table) const {
    // Of this table alone and from catalogs alone: the view pg_indexes fails where another session drops an index.
    const auto found = sql(engine_ == Engine::sqlite
                               ? "SELECT (SELECT group_concat(name, ' ') FROM (SELECT c.name FROM "
                                 "pragma_index_info(l.name) AS c ORDER BY c.seqno)) "
                                 "FROM pragma_index_list('" +
                                     table + "') AS l"
                               : "SELECT (SELECT string_agg(a.attname, ' ' ORDER BY a.attnum) FROM pg_attribute AS a "
                                 "WHERE a.attrelid = i.indexrelid) FROM pg_index AS i WHERE i.indrelid = '" +
                                     table + "'::regclass");
    return {found.begin(), found.end()};
}

}  // namespace gm2m::test
