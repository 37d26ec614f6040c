#pragma once

#include <deque>

#include "backend/connection.hpp"
#include "backend/statement_cache.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace gm2m::backend {

/// The port on SQLite's C API. Borrows the handle of a session, which outlives it.
class SqliteConnection final : public Connection {
public:
    /// Turns foreign keys on, and sets the time that a statement waits for another connection's lock.
    SqliteConnection(sqlite3* handle, std::chrono::milliseconds busy_timeout);
    ~SqliteConnection() override;

    const Dialect& dialect() const noexcept override { return sqlite_dialect(); }
    bool is_usable() const noexcept override { return true; }

protected:
    void run(std::span<Request> requests, bool atomic) override;
    void run_plain(const std::string& sql) override;
    bool engine_in_transaction() const override;
    // A writer that begins deferred can find the database taken when it first writes, and then cannot wait.
    const char* begin_statement(Access access) const noexcept override {
        return access == Access::write ? "BEGIN IMMEDIATE" : "BEGIN";
    }

private:
    void run_all(std::span<Request> requests);
    void run_one(Request& request);
    /// Returns how many rows it has returned or changed.
    std::size_t step_through(sqlite3_stmt* statement, const Request& request, std::span<const Kind> columns);
    /// Executes it for each row of the request's source; how often that was.
    std::size_t run_rows(sqlite3_stmt* statement, Request& request);
    /// Binds the parameters that follow the first `before`, but for the integers that `bound`, those of the execution
    /// before, has too.
    void bind(sqlite3_stmt* statement, std::size_t before, std::span<const Parameter> parameters,
              std::span<const Parameter> bound, const std::string& sql);
    int bind_value(sqlite3_stmt* statement, int index, Kind kind, const ValueView& value);
    sqlite3_stmt* prepare(const std::string& sql);

    sqlite3* handle_;
    StatementCache<sqlite3_stmt*> statements_;
    std::vector<ValueView> cells_;
    std::vector<std::array<char, 16>> uuids_;  // the raw form of UUID cells
    std::deque<std::string> texts_;            // text forms of bound values, until the statement is reset
    std::vector<Parameter> row_, previous_row_;
};

}  // namespace gm2m::backend
