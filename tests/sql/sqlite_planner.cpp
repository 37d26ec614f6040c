#include <sqlite3.h>

#include <map>
#include <regex>
#include <sstream>
#include <stdexcept>

#include "backend/sqlite/list_table.hpp"
#include "sql/plan.hpp"

namespace gm2m::test {
namespace {

struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close(handle); }
};
using Handle = std::unique_ptr<sqlite3, Close>;

Handle open(const std::string& path) {
    sqlite3* handle = nullptr;
    sqlite3_open(path.c_str(), &handle);
    backend::add_list_table(handle);
    return Handle(handle);
}

/// The tables behind the names in a plan, which are aliases where there are any.
std::map<std::string, std::string> tables_by_alias(const std::string& sql) {
    static const std::regex reference(R"re((?:FROM|JOIN|INTO|UPDATE) "(\w+)"(?: AS (\w+))?)re");
    std::map<std::string, std::string> tables;
    for (std::sregex_iterator it(sql.begin(), sql.end(), reference), end; it != end; ++it)
        tables[(*it)[2].matched ? (*it)[2] : (*it)[1]] = (*it)[1];
    return tables;
}

/// Lines such as "SEARCH t1 USING COVERING INDEX name (a=? AND b=?)" and "SCAN t1".
class SqlitePlanner final : public Planner {
public:
    explicit SqlitePlanner(const ScratchDatabase& database)
        : analyzed_(open(database.path())), bare_(open(":memory:")) {
        for (const std::string& definition :
             database.sql("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"))
            sqlite3_exec(bare_.get(), definition.c_str(), nullptr, nullptr, nullptr);
    }

    std::vector<Plan> plans(const std::string& sql) override {
        return {explain(analyzed_.get(), sql), explain(bare_.get(), sql)};
    }

private:
    static Plan explain(sqlite3* handle, const std::string& sql) {
        sqlite3_stmt* statement = nullptr;
        sqlite3_prepare_v2(handle, ("EXPLAIN QUERY PLAN " + sql).c_str(), -1, &statement, nullptr);
        if (!statement)
            throw std::runtime_error(sqlite3_errmsg(handle) + (": " + sql));
        Plan plan;
        const auto tables = tables_by_alias(sql);
        while (sqlite3_step(statement) == SQLITE_ROW) {
            const std::string line = reinterpret_cast<const char*>(sqlite3_column_text(statement, 3));
            plan.text += line + "\n";
            read(line, tables, plan);
        }
        sqlite3_finalize(statement);
        return plan;
    }

    static void read(const std::string& line, const std::map<std::string, std::string>& tables, Plan& plan) {
        static const std::regex access(R"re((SEARCH|SCAN) (\w+)(?:[^(]*\((.*)\))?.*)re");
        static const std::regex column(R"re((\w+)(?:=\?|>\? AND \1<\?))re");  // a value, or a range of them
        std::smatch match;
        if (!std::regex_match(line, match, access))
            return;
        const auto table = tables.find(match[2]);
        TableAccess found{table == tables.end() ? match[2].str() : table->second, {}};
        const std::string conditions = match[3];
        // An automatic index is made for the one statement, from all of the table.
        if (match[1] == "SEARCH" && line.find("AUTOMATIC") == std::string::npos)
            for (std::sregex_iterator it(conditions.begin(), conditions.end(), column), end; it != end; ++it)
                found.sought.push_back((*it)[1]);
        plan.accesses.push_back(std::move(found));
    }

    Handle analyzed_, bare_;
};

}  // namespace

std::unique_ptr<Planner> sqlite_planner(const ScratchDatabase& database) {
    return std::make_unique<SqlitePlanner>(database);
}

}  // namespace gm2m::test
