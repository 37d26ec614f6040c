#pragma once

#include <map>

#include "query/condition_compiler.hpp"
#include "query/link_set.hpp"
#include "query/query_state.hpp"

namespace gm2m::query {

/// Writes the statements of a query set. One compiler writes one statement; it outlives the request that runs it.
class QueryCompiler {
public:
    /// Throws UnknownField, QueryError, InvalidValue for what does not fit the model.
    QueryCompiler(Context& context, const detail::QueryState& state);
    /// Writes part of a statement whose parameters are in `writer`.
    QueryCompiler(Context& context, const detail::QueryState& state, SqlWriter& writer);

    struct Column {
        std::string sql;
        Kind kind;
        bool can_be_null = true;
    };
    /// The model's columns, in the order of its fields.
    void select_objects();
    /// The same of a query that is restricted to links, each row after its place in the order of linking; in the
    /// compact layout 0, and the rows in the order of the links' key texts unless the query has one.
    void select_placed();
    /// The links of a GM2M field from many sources, in list parameter `sources`, to objects of the query, of each
    /// source as many as the slice takes: (source, content type, key text, order). The order is that of the query, else
    /// of linking, and in the compact layout 0.
    void select_links(const schema::JoinTable& join, std::size_t sources);
    /// The links of many near objects, their keys in list parameter `near`, and the far objects that are in the query:
    /// (near key, order, the model's columns). The rest as select_links(), but that in the compact layout the rows are
    /// in order.
    void select_far(const schema::TypedSide& side, const Model& near_model, std::size_t near);
    void select_values(const std::vector<F>& fields);
    /// The keys of the objects; with `lock` their rows are locked as they are read, in the order of the keys.
    void select_keys(bool lock);
    /// Deletes the rows, and gives their keys.
    void remove();
    void select_count();
    void select_exists();
    /// One row for each combination of values of the fields; one row for all if there are none.
    void select_groups(const std::vector<F>& fields,
                       std::span<const std::pair<std::string_view, Aggregate>> aggregates);
    using Changes = std::span<const std::pair<std::string_view, Operand>>;
    /// Writes the fields that are in one table, the model's own or a parent's; every table is one of tables_of().
    void update(Changes changes, const Model& table);
    /// The tables that the fields are in. Throws UnknownField.
    static std::vector<const Model*> tables_of(const Model& model, Changes changes);

    const std::string& sql() const noexcept { return sql_; }
    std::span<const Kind> kinds() const noexcept { return kinds_; }
    backend::Request request(backend::ResultSink* sink) const {
        return {.sql = &sql_, .parameters = writer_.parameters(), .columns = kinds_, .sink = sink};
    }

private:
    QueryCompiler(Context& context, const detail::QueryState& state, std::unique_ptr<SqlWriter> own, SqlWriter* shared);
    /// An annotation, written where it is first used: what is not used takes no parameters.
    const NamedExpression* find_annotation(std::string_view name);
    Column column_of(const F& field);
    Column column_of(Scope& scope, const F& field);
    /// An aggregate over the rows of the query themselves.
    Column aggregate_rows(const Aggregate& aggregate);
    /// An aggregate over what is related to each row: a scalar subquery.
    Column aggregate_related(const Aggregate& aggregate, const ResolvedPath& path);
    /// Throws QueryError if no aggregate goes over the path.
    static void require_one_relation(const Aggregate& aggregate, const ResolvedPath& path);
    struct Related;
    Related related_rows(const Aggregate& aggregate, const ResolvedPath& path);
    Related all_links(const ResolvedPath& path);
    Column call(const Aggregate& aggregate, const std::string& argument, Kind kind, const std::string& filter,
                const std::string& path);
    std::string where();
    void write_keys(const std::string& condition, bool lock);
    std::string order();
    static std::pair<bool, bool> direction(const OrderTerm& term, bool reversed);
    std::string order_term(const Column& column, const OrderTerm& term, bool reversed) const;
    std::string group_order(const std::vector<F>& fields,
                            std::span<const std::pair<std::string_view, Aggregate>> aggregates);
    /// "a, b DESC"
    std::string order_list(const std::vector<OrderTerm>& terms);
    std::string linked_order();
    std::string through_order();
    std::string distinct_order(const std::vector<Column>& columns);
    std::vector<Column> object_columns();
    /// "row_number() OVER …": within each group the query's order, else the `linked` one; ties go by the key.
    std::string number(const std::string& group, const std::string& linked);
    /// A condition on a column `n` of such numbers.
    std::string in_slice() const;
    std::string slice() const;
    void finish(const std::vector<Column>& columns, bool ordered, bool distinct = false);

    Context& context_;
    const detail::QueryState& state_;
    std::unique_ptr<SqlWriter> own_writer_;
    SqlWriter& writer_;
    std::map<std::string, NamedExpression, std::less<>> written_;
    ConditionCompiler conditions_;
    Scope scope_;
    std::optional<LinkSet> links_;
    std::string sql_;
    std::vector<Kind> kinds_;
};

}  // namespace gm2m::query
