#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "support/cinema.hpp"

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

/// That of the database's engine, which analyzes the database before.
std::unique_ptr<Planner> planner_of(const ScratchDatabase& database, int content_type);

/// A test of the plans of statements on a database with many rows: a `Filled`, which has a `db` and a `planner`. There
/// is one of each configuration, made for the first test and gone with the last.
template <class Filled>
class FilledPlanTest : public testing::TestWithParam<Configuration> {
protected:
    static void TearDownTestSuite() { all().clear(); }

    /// Shows every access of every plan of the statements that the operation sends; what that does is undone.
    void for_each_access(const std::function<void()>& operation, const std::function<void(const TableAccess&)>& look) {
        Transaction undone(in.db);
        StatementCounter counter(in.db);
        operation();
        EXPECT_FALSE(counter.texts().empty());
        for (const std::string& sql : counter.texts())
            for (const Plan& plan : in.planner->plans(sql)) {
                SCOPED_TRACE(sql + "\n" + plan.text);
                for (const TableAccess& access : plan.accesses)
                    look(access);
            }
    }

    Filled& in = filled(GetParam());

private:
    using All = std::map<std::string, std::unique_ptr<Filled>>;
    static All& all() {
        static All instances;
        return instances;
    }
    static Filled& filled(const Configuration& configuration) {
        std::unique_ptr<Filled>& instance = all()[name_of(configuration)];
        if (!instance)
            instance = std::make_unique<Filled>(configuration);
        return *instance;
    }
};

}  // namespace gm2m::test
