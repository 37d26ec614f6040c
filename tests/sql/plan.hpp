#pragma once

#include <memory>
#include <string>
#include <vector>

#include "support/configuration.hpp"

namespace gm2m::test {

/// How a plan reads a table.
struct TableAccess {
    std::string table;
    /// The columns by whose values an index is searched, from its first on; none if all of the table is read.
    std::vector<std::string> sought;
};

/// The plan of a statement, as its engine explains it.
struct Plan {
    std::string text;
    std::vector<TableAccess> accesses;
};

/// Explains statements that have parameters.
class Planner {
public:
    virtual ~Planner() = default;
    /// All the plans that the engine may make of a statement, whatever it happens to know.
    virtual std::vector<Plan> plans(const std::string& sql) = 0;
};

/// SQLite makes one plan with the statistics of ANALYZE and another without; the values make no difference to it, as it
/// keeps no histograms (SQLITE_ENABLE_STAT4) as Debian builds it. The database has been analyzed.
std::unique_ptr<Planner> sqlite_planner(const ScratchDatabase& database);

/// PostgreSQL makes one plan for the values given and another for any values. The listener tells no values: a parameter
/// gets one after its type, which is 17 of numbers and of text, 17 to 19 of lists, and the content type of integers.
std::unique_ptr<Planner> postgresql_planner(const ScratchDatabase& database, int content_type);

}  // namespace gm2m::test
