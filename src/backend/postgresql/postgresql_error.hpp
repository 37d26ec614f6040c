#pragma once

#include <string_view>

struct pg_conn;
struct pg_result;

namespace gm2m::backend {

/// Throws the gm2m error for a failed result, or for the connection if `result` is null.
[[noreturn]] void throw_postgresql_error(pg_conn* connection, const pg_result* result, std::string_view sql);

}  // namespace gm2m::backend
