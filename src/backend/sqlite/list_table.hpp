#pragma once

#include "backend/value_list.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace gm2m::backend {

/// Gives the connection the table-valued function gm2m_list(?): the values of a list that is bound with bind_list(),
/// as the columns `key` (from 0) and `value`, in their order; an error, if it is bound to anything else. Without it
/// each value would be written as JSON, parsed and copied twice on its way.
void add_list_table(sqlite3* handle);

/// Binds parameter `index` (from 1) to the list, which is read from where it is: it has to stay as it is until the
/// statement is reset. Returns SQLite's result code.
int bind_list(sqlite3_stmt* statement, int index, const ValueList& list);

}  // namespace gm2m::backend
