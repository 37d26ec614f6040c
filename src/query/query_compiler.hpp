#pragma once

#include <map>

#include "query/condition_compiler.hpp"
#include "query/query_state.hpp"

namespace gm2m::query {

/// Writes the statements of a query set. One compiler writes one statement; it outlives the request that runs it.
class QueryCompiler {
public:
    /// Throws UnknownField, QueryError, InvalidValue for what does not fit the model.
    QueryCompiler(Context& context, const detail::QueryState& state);

    struct Column {
        std::string sql;
        Kind kind;
    };
    /// The model's columns, in the order of its fields.
    void select_objects();
    void select_values(const std::vector<F>& fields);
    void select_count();
    void select_exists();
    /// One row for each combination of values of the fields; one row for all if there are none.
    void select_groups(const std::vector<F>& fields, std::span<const std::pair<std::string_view, Aggregate>> aggregates);
    void update(std::initializer_list<std::pair<std::string_view, Operand>> changes);

    const std::string& sql() const noexcept { return sql_; }
    std::span<const Kind> kinds() const noexcept { return kinds_; }
    backend::Request request(backend::ResultSink* sink) const {
        return {.sql = &sql_, .parameters = writer_.parameters(), .columns = kinds_, .sink = sink};
    }

private:
    /// An annotation, written where it is first used: what is not used takes no parameters.
    const NamedExpression* find_annotation(std::string_view name);
    Column column_of(const F& field);
    /// An aggregate over the rows of the query themselves.
    Column aggregate_rows(const Aggregate& aggregate);
    /// An aggregate over what is related to each row: a scalar subquery.
    Column aggregate_related(const Aggregate& aggregate, const ResolvedPath& path);
    struct Related;
    Related related_rows(const Aggregate& aggregate, const ResolvedPath& path);
    Related all_links(const ResolvedPath& path);
    Column call(const Aggregate& aggregate, const std::string& argument, Kind kind, const std::string& filter,
                const std::string& path);
    std::string where();
    std::string order();
    std::string slice() const;
    void finish(const std::vector<Column>& columns, bool ordered, bool distinct = false);

    Context& context_;
    const detail::QueryState& state_;
    SqlWriter writer_;
    std::map<std::string, NamedExpression, std::less<>> written_;
    ConditionCompiler conditions_;
    Scope scope_;
    std::string sql_;
    std::vector<Kind> kinds_;
};

}  // namespace gm2m::query
