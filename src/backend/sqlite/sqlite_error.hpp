#pragma once

#include <string_view>

struct sqlite3;

namespace gm2m::backend {

/// Throws the gm2m error for the connection's last failure.
[[noreturn]] void throw_sqlite_error(sqlite3* handle, std::string_view sql);

}  // namespace gm2m::backend
