#pragma once

namespace soci {
class backend_factory;
}

namespace gm2m::backend {

/// Makes SOCI's sessions for SQLite, but on connections without a mutex: whoever has a session uses it in one thread at
/// a time, and a mutex that each call of SQLite's takes costs up to 7% of a read. The connection string is one that
/// parse_url() has made: the file stands in its only quotation marks.
const soci::backend_factory& sqlite_session_factory();

}  // namespace gm2m::backend
