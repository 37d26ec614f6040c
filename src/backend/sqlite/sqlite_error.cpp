#include "backend/sqlite/sqlite_error.hpp"

#include <sqlite3.h>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "backend/cures.hpp"

namespace gm2m::backend {
namespace {

/// The symbols of the codes that a program meets; the number for the rest.
std::string symbol_of(int code) {
    switch (code) {
        case SQLITE_ERROR: return "SQLITE_ERROR";
        case SQLITE_BUSY: return "SQLITE_BUSY";
        case SQLITE_BUSY_SNAPSHOT: return "SQLITE_BUSY_SNAPSHOT";
        case SQLITE_BUSY_RECOVERY: return "SQLITE_BUSY_RECOVERY";
        case SQLITE_LOCKED: return "SQLITE_LOCKED";
        case SQLITE_LOCKED_SHAREDCACHE: return "SQLITE_LOCKED_SHAREDCACHE";
        case SQLITE_NOMEM: return "SQLITE_NOMEM";
        case SQLITE_READONLY: return "SQLITE_READONLY";
        case SQLITE_IOERR: return "SQLITE_IOERR";
        case SQLITE_CORRUPT: return "SQLITE_CORRUPT";
        case SQLITE_FULL: return "SQLITE_FULL";
        case SQLITE_CANTOPEN: return "SQLITE_CANTOPEN";
        case SQLITE_NOTADB: return "SQLITE_NOTADB";
        case SQLITE_TOOBIG: return "SQLITE_TOOBIG";
        case SQLITE_MISMATCH: return "SQLITE_MISMATCH";
        case SQLITE_CONSTRAINT: return "SQLITE_CONSTRAINT";
        case SQLITE_CONSTRAINT_CHECK: return "SQLITE_CONSTRAINT_CHECK";
        case SQLITE_CONSTRAINT_FOREIGNKEY: return "SQLITE_CONSTRAINT_FOREIGNKEY";
        case SQLITE_CONSTRAINT_NOTNULL: return "SQLITE_CONSTRAINT_NOTNULL";
        case SQLITE_CONSTRAINT_PRIMARYKEY: return "SQLITE_CONSTRAINT_PRIMARYKEY";
        case SQLITE_CONSTRAINT_ROWID: return "SQLITE_CONSTRAINT_ROWID";
        case SQLITE_CONSTRAINT_TRIGGER: return "SQLITE_CONSTRAINT_TRIGGER";
        case SQLITE_CONSTRAINT_UNIQUE: return "SQLITE_CONSTRAINT_UNIQUE";
        default: return fmt::format("SQLITE_{}", code);
    }
}

IntegrityError::Constraint constraint_of(int code) {
    using enum IntegrityError::Constraint;
    switch (code) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID: return unique;
        case SQLITE_CONSTRAINT_FOREIGNKEY: return foreign_key;
        case SQLITE_CONSTRAINT_NOTNULL: return not_null;
        case SQLITE_CONSTRAINT_CHECK: return check;
        default: return other;
    }
}

std::string_view file_of(sqlite3* handle) {
    const char* name = sqlite3_db_filename(handle, "main");
    return name ? name : "";
}

}  // namespace

void throw_sqlite_error(sqlite3* handle, std::string_view sql_text) {
    const int code = sqlite3_extended_errcode(handle);
    const std::string symbol = symbol_of(code);
    const std::string detail = sqlite3_errmsg(handle);
    const std::string sql(sql_text);
    switch (code & 0xFF) {
        case SQLITE_CONSTRAINT:
            throw IntegrityError(fmt::format("the database refuses the row: {}", detail), symbol, sql,
                                 constraint_of(code));
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            throw Busy(
                fmt::format("another connection holds the database for longer than the busy timeout: {}", detail),
                symbol, sql, true);
        case SQLITE_READONLY:
            throw ReadOnlyDatabase(fmt::format("the database cannot be written to: {}", detail), symbol, sql);
        case SQLITE_FULL:
            throw DiskFull(fmt::format("there is no room for the write; nothing was written: {}", detail), symbol, sql);
        case SQLITE_CANTOPEN:
        case SQLITE_NOTADB:
        case SQLITE_CORRUPT:
            throw ConnectionError(fmt::format("the database file '{}' cannot be used: {}", file_of(handle), detail),
                                  symbol, sql);
        default: break;
    }
    if (detail.starts_with("no such table"))
        throw MissingTable(fmt::format("{}: {}", detail, cures::missing_table), symbol, sql);
    if (detail.starts_with("no such column"))
        throw DatabaseError(fmt::format("{}: {}", detail, cures::missing_column), symbol, sql);
    throw DatabaseError(detail, symbol, sql);
}

}  // namespace gm2m::backend
