#include "backend/postgresql/postgresql_error.hpp"

#include <libpq-fe.h>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "backend/cures.hpp"

namespace gm2m::backend {
namespace {

std::string without_newline(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' '))
        text.pop_back();
    return text;
}

/// The message proper. Not the DETAIL line: it holds the row's values.
std::string message_of(const pg_conn* connection, const pg_result* result) {
    if (result)
        if (const char* primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY))
            return primary;
    const std::string text = without_newline(PQerrorMessage(connection));
    return text.empty() ? "the server gave no reason" : text;
}

IntegrityError::Constraint constraint_of(std::string_view state) {
    using enum IntegrityError::Constraint;
    if (state == "23505")
        return unique;
    if (state == "23503")
        return foreign_key;
    if (state == "23502")
        return not_null;
    if (state == "23514")
        return check;
    return other;
}

/// Where sending has failed, libpq's own result says so before it has looked at the connection.
bool is_lost(pg_conn* connection, std::string_view state) {
    return PQstatus(connection) == CONNECTION_BAD || (state.empty() && !PQconsumeInput(connection));
}

}  // namespace

void throw_postgresql_error(pg_conn* connection, const pg_result* result, std::string_view sql_text) {
    const char* field = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
    const std::string state = field ? field : "";
    const std::string_view category = std::string_view(state).substr(0, 2);
    const std::string detail = message_of(connection, result);
    const std::string sql(sql_text);

    // 57P01..57P03: the server shuts down or starts up; 08: the connection's own failures.
    if (state.starts_with("57P0") || category == "08" || is_lost(connection, state))
        throw ConnectionError(fmt::format("the connection to the server is lost: {}", detail), state, sql, true);
    if (category == "23")
        throw IntegrityError(fmt::format("the database refuses the row: {}", detail), state, sql,
                             constraint_of(state));
    if (category == "40")
        throw SerializationFailure(fmt::format("a concurrent transaction got in the way: {}", detail), state, sql,
                                   true);
    if (state == "55P03" || state == "57014")
        throw Busy(fmt::format("the statement waited for a lock or ran for too long: {}", detail), state, sql, true);
    if (state == "25006")
        throw ReadOnlyDatabase(fmt::format("the database cannot be written to: {}", detail), state, sql);
    if (state == "53100")
        throw DiskFull(fmt::format("there is no room for the write; nothing was written: {}", detail), state, sql);
    if (state == "25P02")
        throw TransactionAborted(detail, state, sql);
    if (state == "42P01")
        throw MissingTable(fmt::format("{}: {}", detail, cures::missing_table), state, sql);
    if (state == "42703")
        throw DatabaseError(fmt::format("{}: {}", detail, cures::missing_column), state, sql);
    // A plan that became invalid because a table changed is made anew the next time.
    const bool stale_plan = (state == "0A000" && detail.find("cached plan") != std::string::npos) || state == "26000";
    throw DatabaseError(detail, state, sql, stale_plan);
}

}  // namespace gm2m::backend
