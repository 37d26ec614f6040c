#include "sql/plan.hpp"

namespace gm2m::test {

std::unique_ptr<Planner> planner_of(const ScratchDatabase& database, int content_type) {
    const bool is_sqlite = database.engine() == Engine::sqlite;
    database.sql(is_sqlite ? "ANALYZE" : "VACUUM ANALYZE");
    return is_sqlite ? sqlite_planner(database) : postgresql_planner(database, content_type);
}

}  // namespace gm2m::test
