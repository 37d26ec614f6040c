#pragma once

namespace soci {
class backend_factory;
}

namespace gm2m::backend {

/// Makes SOCI's sessions for SQLite, but on connections without a mutex: whoever has a session uses it in one thread at
/// a time, and a mutex that each call of SQLite's takes costs up to 7% of a read. Of a connection string that parse_url()
/// has made.
const soci::backend_factory& sqlite_session_factory();

}  // namespace gm2m::backend
