#include "backend/sqlite/list_table.hpp"

#include <sqlite3.h>

#include <new>

#include "backend/sqlite/column_text.hpp"

namespace gm2m::backend {
namespace {

/// Only who binds a pointer of this type is believed.
constexpr const char* pointer_type = "gm2m::ValueList";

enum Column : int { key_column, value_column, list_column };
enum Plan : int { nothing, whole_list };

/// Where a statement stands in a list.
struct Cursor : sqlite3_vtab_cursor {
    const ValueList* list = nullptr;
    std::size_t row = 0;
};

Cursor& cursor_of(sqlite3_vtab_cursor* cursor) {
    return *static_cast<Cursor*>(cursor);
}

int connect(sqlite3* handle, void*, int, const char* const*, sqlite3_vtab** table, char**) {
    const int result = sqlite3_declare_vtab(handle, "CREATE TABLE list(key, value, list HIDDEN)");
    if (result != SQLITE_OK)
        return result;
    *table = new (std::nothrow) sqlite3_vtab();
    return *table ? SQLITE_OK : SQLITE_NOMEM;
}

int disconnect(sqlite3_vtab* table) {
    delete table;
    return SQLITE_OK;
}

/// The list is an argument, never a result: a plan that does not know it yet is none.
int best_index(sqlite3_vtab*, sqlite3_index_info* info) {
    info->idxNum = nothing;
    for (int i = 0; i < info->nConstraint; ++i) {
        const auto& constraint = info->aConstraint[i];
        if (constraint.iColumn != list_column || constraint.op != SQLITE_INDEX_CONSTRAINT_EQ ||
            info->idxNum == whole_list)
            continue;
        if (!constraint.usable)
            return SQLITE_CONSTRAINT;
        info->idxNum = whole_list;
        info->aConstraintUsage[i].argvIndex = 1;
        info->aConstraintUsage[i].omit = 1;
    }
    // As json_each() says of itself, for the same plans: lists are short until they are bound.
    if (info->idxNum == whole_list)
        info->estimatedCost = 1;
    if (info->nOrderBy == 1 && info->aOrderBy[0].iColumn == key_column && !info->aOrderBy[0].desc)
        info->orderByConsumed = 1;
    return SQLITE_OK;
}

int open(sqlite3_vtab*, sqlite3_vtab_cursor** cursor) {
    *cursor = new (std::nothrow) Cursor();
    return *cursor ? SQLITE_OK : SQLITE_NOMEM;
}

int close(sqlite3_vtab_cursor* cursor) {
    delete static_cast<Cursor*>(cursor);
    return SQLITE_OK;
}

int filter(sqlite3_vtab_cursor* cursor, int plan, const char*, int, sqlite3_value** arguments) {
    Cursor& at = cursor_of(cursor);
    at.row = 0;
    at.list = nullptr;
    if (plan == whole_list)
        at.list = static_cast<const ValueList*>(sqlite3_value_pointer(arguments[0], pointer_type));
    if (at.list)
        return SQLITE_OK;
    // Not an empty list: that would be all there is to a statement that removes what is not in it.
    sqlite3_free(cursor->pVtab->zErrMsg);
    cursor->pVtab->zErrMsg = sqlite3_mprintf("gm2m_list() takes a list that gm2m has bound; json_each() takes a text");
    return SQLITE_ERROR;
}

int next(sqlite3_vtab_cursor* cursor) {
    ++cursor_of(cursor).row;
    return SQLITE_OK;
}

int eof(sqlite3_vtab_cursor* cursor) {
    const Cursor& at = cursor_of(cursor);
    return at.row >= at.list->size();
}

void give_value(sqlite3_context* context, const ValueList& list, std::size_t row) {
    if (is_stored_as_integer(list.kind()))
        return sqlite3_result_int64(context, list.integer_at(row));
    if (list.kind() == Kind::text) {
        const std::string_view text = list.text_at(row);
        return sqlite3_result_text64(context, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    try {
        std::string text;
        append_column_text(text, list.kind(), list[row]);
        sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    } catch (...) {  // for want of memory; nothing may pass through SQLite
        sqlite3_result_error_nomem(context);
    }
}

int column(sqlite3_vtab_cursor* cursor, sqlite3_context* context, int which) {
    const Cursor& at = cursor_of(cursor);
    if (which == key_column)
        sqlite3_result_int64(context, static_cast<sqlite3_int64>(at.row));
    else if (which == value_column)
        give_value(context, *at.list, at.row);
    return SQLITE_OK;
}

int rowid(sqlite3_vtab_cursor* cursor, sqlite3_int64* id) {
    *id = static_cast<sqlite3_int64>(cursor_of(cursor).row);
    return SQLITE_OK;
}

/// Eponymous: there is nothing to create.
const sqlite3_module& module() {
    static const sqlite3_module module = [] {
        sqlite3_module made{};
        made.xConnect = connect;
        made.xBestIndex = best_index;
        made.xDisconnect = disconnect;
        made.xOpen = open;
        made.xClose = close;
        made.xFilter = filter;
        made.xNext = next;
        made.xEof = eof;
        made.xColumn = column;
        made.xRowid = rowid;
        return made;
    }();
    return module;
}

/// Whether another Database on the program's own connection has brought the function.
bool has_list_table(sqlite3* handle) {
    sqlite3_stmt* statement = nullptr;
    const bool found = sqlite3_prepare_v2(handle, "SELECT 1 FROM gm2m_list", -1, &statement, nullptr) == SQLITE_OK;
    sqlite3_finalize(statement);
    return found;
}

}  // namespace

// Once: to replace a module aborts statements of the program that are being read.
void add_list_table(sqlite3* handle) {
    if (!has_list_table(handle))
        sqlite3_create_module_v2(handle, "gm2m_list", &module(), nullptr, nullptr);
}

int bind_list(sqlite3_stmt* statement, int index, const ValueList& list) {
    return sqlite3_bind_pointer(statement, index, const_cast<ValueList*>(&list), pointer_type, nullptr);
}

}  // namespace gm2m::backend
