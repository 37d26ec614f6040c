#pragma once

struct sqlite3;

namespace gm2m::backend {

/// Gives the connection the function gm2m_regexp(pattern, text): whether some part of the text matches the POSIX
/// extended regular expression. SQLite has none of its own, and REGEXP may be the program's.
void add_regexp(sqlite3* handle);

}  // namespace gm2m::backend
