#pragma once

#include <soci/soci.h>

#include <gm2m/database.hpp>

namespace gm2m {

/// A Database on a session that is yours. It takes part in the transaction that is open on the session, and closes
/// nothing; the session outlives it, and neither is used by two threads at once. The session keeps its settings, but
/// on SQLite foreign keys are turned on and the busy timeout is set. Throws ConfigurationError for a session that is
/// not connected or of another engine than SQLite and PostgreSQL.
Database borrow(const Registry& models, soci::session& session, const DatabaseOptions& options = {});

/// The session under a database, to run SQL of one's own on the same connection and in the same transaction. One that
/// is open and has sent nothing yet begins now, and this throws what that does; later ones begin at once. Used by the
/// thread that uses the database: a SQLite connection that gm2m has opened has no mutex (SQLITE_OPEN_NOMUTEX).
soci::session& session_of(Database& database);

}  // namespace gm2m
