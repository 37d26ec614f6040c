#include "backend/sqlite/regexp.hpp"

#include <sqlite3.h>

#include <regex>
#include <string>

namespace gm2m::backend {
namespace {

/// The pattern of a statement, compiled once for all of its rows.
const std::regex* compiled(sqlite3_context* context, sqlite3_value* pattern) {
    if (const void* kept = sqlite3_get_auxdata(context, 0))
        return static_cast<const std::regex*>(kept);
    const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(pattern));
    try {
        auto* made = new std::regex(text ? text : "", std::regex::extended | std::regex::optimize);
        sqlite3_set_auxdata(context, 0, made, [](void* old) { delete static_cast<std::regex*>(old); });
        // SQLite may refuse to keep it, and then has deleted it.
        return static_cast<const std::regex*>(sqlite3_get_auxdata(context, 0));
    } catch (const std::regex_error& error) {
        sqlite3_result_error(context, (std::string("invalid regular expression: ") + error.what()).c_str(), -1);
        return nullptr;
    }
}

void regexp(sqlite3_context* context, int, sqlite3_value** arguments) {
    if (sqlite3_value_type(arguments[0]) == SQLITE_NULL || sqlite3_value_type(arguments[1]) == SQLITE_NULL)
        return sqlite3_result_null(context);
    const std::regex* pattern = compiled(context, arguments[0]);
    if (!pattern)
        return;
    const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(arguments[1]));
    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(arguments[1]));
    try {
        sqlite3_result_int(context, std::regex_search(text, text + size, *pattern));
    } catch (const std::regex_error&) {
        sqlite3_result_error(context, "the regular expression is too complex for the text", -1);
    }
}

}  // namespace

void add_regexp(sqlite3* handle) {
    sqlite3_create_function_v2(handle, "gm2m_regexp", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr, regexp, nullptr,
                               nullptr, nullptr);
}

}  // namespace gm2m::backend
