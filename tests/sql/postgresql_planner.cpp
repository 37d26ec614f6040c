#include <libpq-fe.h>

#include <map>
#include <regex>
#include <stdexcept>

#include "sql/plan.hpp"

namespace gm2m::test {
namespace {

struct Close {
    void operator()(PGconn* connection) const { PQfinish(connection); }
};

/// An index by its name.
struct Index {
    std::string table;
    std::vector<std::string> columns;
};

const std::string index_columns =
    "SELECT i.indexrelid::regclass, i.indrelid::regclass, a.attname "
    "FROM pg_index i CROSS JOIN unnest(i.indkey::int[]) WITH ORDINALITY AS k (number, place) "
    "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number "
    "JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = current_schema()::regnamespace ORDER BY 1, k.place";

/// Lines such as "->  Index Scan using name on table t1", below each of them what is said of it.
class PostgresqlPlanner final : public Planner {
public:
    PostgresqlPlanner(const ScratchDatabase& database, int content_type)
        : connection_(PQconnectdb(database.url().c_str())), content_type_(std::to_string(content_type)) {
        run("SET random_page_cost = 1.1");  // as where pages come from memory: the tables are small all the same
        for (const auto& row : run(index_columns)) {
            indexes_[row[0]].table = row[1];
            indexes_[row[0]].columns.push_back(row[2]);
        }
    }

    std::vector<Plan> plans(const std::string& sql) override {
        run("PREPARE explained AS " + sql);
        std::string values;
        for (const auto& row :
             run("SELECT unnest(parameter_types)::text FROM pg_prepared_statements WHERE name = 'explained'"))
            values += (values.empty() ? "(" : ", ") + value_of(row[0]);
        values += values.empty() ? "" : ")";
        std::vector<Plan> plans;
        for (const char* mode : {"force_custom_plan", "force_generic_plan"}) {
            run(std::string("SET plan_cache_mode = ") + mode);
            plans.push_back(read(run("EXPLAIN (COSTS OFF) EXECUTE explained" + values)));
        }
        run("DEALLOCATE explained");
        return plans;
    }

private:
    using Rows = std::vector<std::vector<std::string>>;

    Rows run(const std::string& sql) {
        PGresult* result = PQexec(connection_.get(), sql.c_str());
        Rows rows;
        for (int row = 0; row < PQntuples(result); ++row) {
            rows.emplace_back();
            for (int column = 0; column < PQnfields(result); ++column)
                rows.back().emplace_back(PQgetvalue(result, row, column));
        }
        const std::string error = PQresultErrorMessage(result);
        PQclear(result);
        if (!error.empty())
            throw std::runtime_error(error + ": " + sql);
        return rows;
    }

    std::string value_of(const std::string& type) const {
        if (type.ends_with("[]"))
            return type == "integer[]" ? "'{" + content_type_ + "}'" : "'{17,18,19}'";
        return type == "integer" ? content_type_ : "'17'";
    }

    Plan read(const Rows& lines) const {
        static const std::regex node(
            R"re( *(?:->  )?(?:Parallel )?(Seq Scan|(?:Bitmap )?Index (?:Only )?Scan)(?: Backward)?)re"
            R"re((?: using (\w+))? on (\w+).*)re");
        static const std::regex condition(R"re( *Index Cond: (.*))re");
        Plan plan;
        for (std::size_t i = 0; i < lines.size(); ++i) {
            plan.text += lines[i][0] + "\n";
            std::smatch match, sought;
            if (!std::regex_match(lines[i][0], match, node))
                continue;
            if (match[1] == "Seq Scan")
                plan.accesses.push_back({match[3], {}});
            else if (i + 1 < lines.size() && std::regex_match(lines[i + 1][0], sought, condition))
                plan.accesses.push_back(by_index(match[2].matched ? match[2] : match[3], sought[1]));
            else
                plan.accesses.push_back(by_index(match[2].matched ? match[2] : match[3], ""));
        }
        return plan;
    }

    /// The columns of the index from its first on, as far as the condition has them.
    TableAccess by_index(const std::string& name, const std::string& condition) const {
        const Index& index = indexes_.at(name);
        TableAccess access{index.table, {}};
        for (const std::string& column : index.columns) {
            if (!std::regex_search(condition, std::regex("\\b" + column + R"re(\)?(::text)? =)re")))
                break;
            access.sought.push_back(column);
        }
        return access;
    }

    std::unique_ptr<PGconn, Close> connection_;
    std::string content_type_;
    std::map<std::string, Index> indexes_;
};

}  // namespace

std::unique_ptr<Planner> postgresql_planner(const ScratchDatabase& database, int content_type) {
    return std::make_unique<PostgresqlPlanner>(database, content_type);
}

}  // namespace gm2m::test
