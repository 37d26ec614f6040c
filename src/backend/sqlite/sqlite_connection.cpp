#include "backend/sqlite/sqlite_connection.hpp"

#include <sqlite3.h>

#include <fmt/format.h>

#include "backend/sqlite/column_text.hpp"
#include "backend/sqlite/list_table.hpp"
#include "backend/sqlite/regexp.hpp"
#include "backend/sqlite/sqlite_error.hpp"

namespace gm2m::backend {
namespace {

constexpr std::size_t cached_statements = 256;

[[noreturn]] void throw_bad_cell(sqlite3_stmt* statement, int column, Kind kind) {
    const unsigned char* text = sqlite3_column_text(statement, column);
    throw InvalidValue(fmt::format("column '{}' holds {} where a value of kind {} belongs",
                                   sqlite3_column_name(statement, column),
                                   text ? fmt::format("'{:.40}'", reinterpret_cast<const char*>(text)) : "a blob",
                                   name_of(kind)));
}

/// Keeps the mutex of a program's connection, which every call takes, so that the values of a row may be read without
/// it, and each call finds it taken by its own thread.
class MutexHold {
public:
    explicit MutexHold(sqlite3* handle) : mutex_(sqlite3_db_mutex(handle)) { sqlite3_mutex_enter(mutex_); }
    ~MutexHold() { sqlite3_mutex_leave(mutex_); }
    MutexHold(const MutexHold&) = delete;
    MutexHold& operator=(const MutexHold&) = delete;

private:
    sqlite3_mutex* mutex_;  // null, and no call then does anything, where the connection has none, as gm2m's own
};

std::string_view text_of(sqlite3_value* value) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
    return {text, static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

/// The cell is written where it is to be: this is done for each of many.
void read_cell(sqlite3_stmt* statement, int column, Kind kind, std::array<char, 16>& uuid, ValueView& cell) {
    sqlite3_value* const value = sqlite3_column_value(statement, column);
    const int type = sqlite3_value_type(value);
    if (type == SQLITE_NULL) {
        cell = {};
        return;
    }
    switch (kind) {
        case Kind::boolean:
        case Kind::small_integer:
        case Kind::integer:
        case Kind::big_integer:
            if (type == SQLITE_INTEGER)
                return void(cell = ValueView::of_integer(sqlite3_value_int64(value)));
            break;
        case Kind::real:
            if (type == SQLITE_FLOAT || type == SQLITE_INTEGER)
                return void(cell = ValueView::of_real(sqlite3_value_double(value)));
            break;
        case Kind::text:
        case Kind::json:
        case Kind::decimal:
            if (type != SQLITE_BLOB)
                return void(cell = ValueView::of_text(text_of(value)));
            break;
        case Kind::bytes: {
            const void* data = sqlite3_value_blob(value);
            return void(
                cell = ValueView::of_bytes(data ? data : "", static_cast<std::size_t>(sqlite3_value_bytes(value))));
        }
        case Kind::uuid:
            if (type == SQLITE_TEXT && text::parse_uuid(text_of(value), uuid.data()))
                return void(cell = ValueView::of_bytes(uuid.data(), 16));
            if (type == SQLITE_BLOB && sqlite3_value_bytes(value) == 16)
                return void(cell = ValueView::of_bytes(sqlite3_value_blob(value), 16));
            break;
        case Kind::date:
        case Kind::time:
        case Kind::date_time:
            if (type == SQLITE_TEXT)
                if (const auto parsed = text::parse_value(kind, text_of(value), nullptr))
                    return void(cell = *parsed);
            break;
    }
    throw_bad_cell(statement, column, kind);
}

/// Dates and times travel as integers too, but are bound as texts, which do not outlive their row.
bool is_same_integer(const Parameter& a, const Parameter& b) {
    return a.kind <= Kind::big_integer && a.kind == b.kind && a.value.form() == ValueView::Form::integer &&
           b.value.form() == ValueView::Form::integer && a.value.integer() == b.value.integer();
}

/// Leaves the statement ready for its next use, whatever happened.
struct ResetLater {
    sqlite3_stmt* statement;
    ~ResetLater() {
        sqlite3_reset(statement);
        sqlite3_clear_bindings(statement);
    }
};

}  // namespace

SqliteConnection::SqliteConnection(sqlite3* handle, std::chrono::milliseconds busy_timeout)
    : handle_(handle), statements_(cached_statements) {
    sqlite3_extended_result_codes(handle_, 1);
    sqlite3_busy_timeout(handle_, static_cast<int>(busy_timeout.count()));
    add_regexp(handle_);
    add_list_table(handle_);
    // Only if need be: it makes statements that the program is reading fail.
    int checks_foreign_keys = 0;
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_FKEY, -1, &checks_foreign_keys);
    if (!checks_foreign_keys)
        run_plain("PRAGMA foreign_keys = ON");
}

SqliteConnection::~SqliteConnection() {
    statements_.clear([](sqlite3_stmt* statement) { sqlite3_finalize(statement); });
}

bool SqliteConnection::engine_in_transaction() const {
    return sqlite3_get_autocommit(handle_) == 0;
}

void SqliteConnection::run_plain(const std::string& sql) {
    if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        throw_sqlite_error(handle_, sql);
}

sqlite3_stmt* SqliteConnection::prepare(const std::string& sql) {
    if (sqlite3_stmt** cached = statements_.find(sql))
        return *cached;
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement,
                           nullptr) != SQLITE_OK)
        throw_sqlite_error(handle_, sql);
    statements_.insert(sql, statement, [](sqlite3_stmt* displaced) { sqlite3_finalize(displaced); });
    return statement;
}

void SqliteConnection::run(std::span<Request> requests, bool atomic) {
    // Inside a transaction that was begun here a failure dooms the transaction; only somebody else's needs a
    // savepoint.
    const bool transaction = atomic && !engine_in_transaction();
    const bool savepoint = atomic && !transaction && depth() == 0;
    if (!transaction && !savepoint)
        return run_all(requests);
    begin();
    try {
        run_all(requests);
        commit();
    } catch (...) {
        rollback();
        throw;
    }
}

void SqliteConnection::run_all(std::span<Request> requests) {
    for (Request& request : requests)
        run_one(request);
}

void SqliteConnection::run_one(Request& request) {
    next_round_trip();
    Report report(*this, *request.sql);
    sqlite3_stmt* statement = prepare(*request.sql);
    const MutexHold hold(handle_);
    ResetLater reset{statement};
    request.affected = 0;
    texts_.clear();
    bind(statement, 0, request.parameters, {}, *request.sql);
    std::size_t executions = 1;
    if (request.source)
        executions = run_rows(statement, request);
    else
        request.affected = step_through(statement, request, request.columns);
    report.rows(request.affected, executions);
    report.done();
}

std::size_t SqliteConnection::run_rows(sqlite3_stmt* statement, Request& request) {
    row_.resize(request.parameters_per_row);
    previous_row_.assign(request.parameters_per_row, Parameter());
    const std::size_t constant_texts = texts_.size();
    std::size_t executions = 0;
    for (; executions < request.source->rows(); ++executions) {
        request.source->bind(executions, row_);
        if (texts_.size() > constant_texts)
            texts_.resize(constant_texts);
        bind(statement, request.parameters.size(), row_, previous_row_, *request.sql);
        std::swap(row_, previous_row_);
        const std::size_t affected =
            step_through(statement, request, request.source->columns(executions).value_or(request.columns));
        sqlite3_reset(statement);
        request.affected += affected;
        if (request.sink)
            request.sink->executed(executions, affected);
    }
    return executions;
}

std::size_t SqliteConnection::step_through(sqlite3_stmt* statement, const Request& request,
                                           std::span<const Kind> columns) {
    std::size_t rows = 0;
    int result = sqlite3_step(statement);
    if (result == SQLITE_ROW) {
        cells_.resize(columns.size());
        uuids_.resize(columns.size());
    }
    ValueView* const cells = cells_.data();
    std::array<char, 16>* const uuids = uuids_.data();
    for (; result == SQLITE_ROW; result = sqlite3_step(statement)) {
        ++rows;
        if (!request.sink)
            continue;
        int column = 0;
        for (const Kind kind : columns) {
            const auto i = static_cast<std::size_t>(column);
            read_cell(statement, column++, kind, uuids[i], cells[i]);
        }
        request.sink->row(cells_);
    }
    if (result != SQLITE_DONE)
        throw_sqlite_error(handle_, *request.sql);
    return sqlite3_stmt_readonly(statement) ? rows : static_cast<std::size_t>(sqlite3_changes64(handle_));
}

void SqliteConnection::bind(sqlite3_stmt* statement, std::size_t before, std::span<const Parameter> parameters,
                            std::span<const Parameter> bound, const std::string& sql) {
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const Parameter& parameter = parameters[i];
        if (!bound.empty() && is_same_integer(parameter, bound[i]))
            continue;
        const int index = static_cast<int>(before + i) + 1;
        const int result = parameter.list ? bind_list(statement, index, *parameter.list)
                                          : bind_value(statement, index, parameter.kind, parameter.value);
        if (result != SQLITE_OK)
            throw_sqlite_error(handle_, sql);
    }
}

int SqliteConnection::bind_value(sqlite3_stmt* statement, int index, Kind kind, const ValueView& value) {
    if (value.is_null())
        return sqlite3_bind_null(statement, index);
    std::string_view text;
    switch (kind) {
        case Kind::boolean:
        case Kind::small_integer:
        case Kind::integer:
        case Kind::big_integer: return sqlite3_bind_int64(statement, index, value.integer());
        case Kind::real: return sqlite3_bind_double(statement, index, value.real());
        case Kind::bytes:
            return sqlite3_bind_blob64(statement, index, value.text().empty() ? "" : value.text().data(),
                                       value.text().size(), SQLITE_STATIC);
        case Kind::text:
        case Kind::decimal:
        case Kind::json: text = value.text(); break;
        default:
            append_column_text(texts_.emplace_back(), kind, value);
            text = texts_.back();
            break;
    }
    return sqlite3_bind_text64(statement, index, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC,
                               SQLITE_UTF8);
}

}  // namespace gm2m::backend
